{# The day on which a promise for a day is judged, by the policy: with the day promised, once it has passed or the promise
   was kept, so that what is overdue and open counts; or with the day of completion. #}
{% macro judged_on(due_on, completed_on, data_on) -%}
    {%- if policy('on_time') == 'by_completion' -%}
    case when {{ due_on }} is not null then {{ completed_on }} end
    {%- else -%}
    case when {{ completed_on }} is not null or {{ due_on }} < {{ data_on }} then {{ due_on }} end
    {%- endif -%}
{%- endmacro %}
