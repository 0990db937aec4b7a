{# Whole calendar months from the month of one date to the month of another. #}
{% macro months_between(earlier, later) -%}
    (year({{ later }}) - year({{ earlier }})) * 12 + month({{ later }}) - month({{ earlier }})
{%- endmacro %}
