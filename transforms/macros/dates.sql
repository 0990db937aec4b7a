{# Whole calendar months from the month of one date to the month of another. #}
{% macro months_between(earlier, later) -%}
    (year({{ later }}) - year({{ earlier }})) * 12 + month({{ later }}) - month({{ earlier }})
{%- endmacro %}

{# A row for every day from the first to the last, both included, in a select list. #}
{% macro each_day(first, last) -%}
    cast(unnest(generate_series(cast({{ first }} as timestamp), cast({{ last }} as timestamp), interval 1 day)) as date)
{%- endmacro %}

{# A row, the first day, for every month from that of the first date to that of the last, in a select list. #}
{% macro each_month(first, last) -%}
    cast(unnest(generate_series(date_trunc('month', cast({{ first }} as timestamp)), cast({{ last }} as timestamp), interval 1 month)) as date)
{%- endmacro %}
