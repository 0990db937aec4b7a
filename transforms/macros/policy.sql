{# The value of one switch of the policy; an unknown value stops the build. #}
{% macro policy(switch) -%}
    {%- set entry = var('policy')[switch] -%}
    {%- if entry['value'] not in entry['choices'] -%}
        {{ exceptions.raise_compiler_error("Policy " ~ switch ~ " has no choice " ~ entry['value']) }}
    {%- endif -%}
    {{ return(entry['value']) }}
{%- endmacro %}
