{# A table's rows: what its SQL finds or, where builders made it in parts (warehouse/parts), what they wrote. Its
   contract and its tests are the same: nothing is believed because it was built elsewhere. #}
{% macro duckdb__create_table_as(temporary, relation, compiled_code, language='sql', partitioned_by=none, sorted_by=none) -%}
    {%- set folders = fromjson(env_var('LAKE_PARTS', '[]')) -%}
    {%- if folders -%}
        {%- set files = [] -%}
        {%- for folder in folders -%}{%- do files.append("'" ~ folder | replace("'", "''") ~ "/" ~ this.identifier ~ ".parquet'") -%}{%- endfor -%}
        {%- set compiled_code = "select * from read_parquet([" ~ files | join(", ") ~ "])" -%}
    {%- endif -%}
    {{ dbt.duckdb__create_table_as(temporary, relation, compiled_code, language, partitioned_by, sorted_by) }}
{%- endmacro %}
