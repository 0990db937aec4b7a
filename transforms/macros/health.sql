{# The score of an input by the steps of the policy: 100, 80, 50, 20, else 0; empty where the value is. #}
{% macro health_score(input, value) -%}
    {%- set steps = var('policy')['health_steps'] -%}
    {%- set rising = input in steps['at_least'] -%}
    {%- set bounds = (steps['at_least'] if rising else steps['at_most'])[input] -%}
    cast(case
        when {{ value }} is null then null
        {%- for bound in bounds %}
        when {{ value }} {{ '>=' if rising else '<=' }} {{ bound }} then {{ [100, 80, 50, 20][loop.index0] }}
        {%- endfor %}
        else 0
    end as integer)
{%- endmacro %}

{# Days after a date on which the score of an input that counts days falls. #}
{% macro health_falls_after(input) -%}
    {%- set days = [] -%}
    {%- for bound in var('policy')['health_steps']['at_most'][input] -%}{% do days.append(bound + 1) %}{%- endfor -%}
    {{ days }}
{%- endmacro %}

{# A share of counts, exact to eight decimals; empty where nothing was counted. #}
{% macro share(part, whole) -%}
    cast(case when {{ whole }} > 0 then (cast({{ part }} as hugeint) * 100000000) // {{ whole }} end as decimal(18, 0)) * cast(0.00000001 as decimal(8, 8))
{%- endmacro %}
