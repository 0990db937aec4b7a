{#- Scratch is empty when a build begins and dbt drops nothing in it: looking what is there would ask every attached
    catalogue, the lake's in Postgres among them. #}
{% macro duckdb__list_relations_without_caching(schema_relation) %}
  {% call statement('list_relations_without_caching', fetch_result=True) -%}
    select '' as database, '' as name, '' as schema, 'table' as type where false
  {% endcall %}
  {{ return(load_result('list_relations_without_caching').table) }}
{% endmacro %}
