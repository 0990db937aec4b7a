{# Where the beginning of a day stands on the line along which revenue is recognised: whole days by day, else the
   microseconds of its instant in the workspace's zone. #}
{% macro recognition_at(day, zone) -%}
    {%- if policy('recognition') == 'by_day' -%}
        cast(cast({{ day }} as date) - date '1970-01-01' as bigint)
    {%- else -%}
        {{ instant_of('cast(cast(' ~ day ~ ' as date) as timestamp)', zone) }}
    {%- endif -%}
{%- endmacro %}

{# A share of an integer amount, cut towards zero, exact: what is cut off goes to the last part. #}
{% macro cut_share(amount, part, whole) -%}
    cast(sign({{ amount }}) as bigint) * cast((abs(cast({{ amount }} as hugeint)) * ({{ part }})) // ({{ whole }}) as bigint)
{%- endmacro %}
