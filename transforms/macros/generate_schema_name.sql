{# A schema is named as the project says; scratch files are private, so no prefix is needed. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
