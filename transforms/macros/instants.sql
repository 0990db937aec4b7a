{# The instant of a local time, in microseconds since 1970: the earlier one where the clock shows the time twice. #}
{% macro instant_of(local_time, zone) -%}
    epoch_us(
        case
            when (({{ local_time }} at time zone {{ zone }}) - interval 1 hour) at time zone {{ zone }} = {{ local_time }}
                then ({{ local_time }} at time zone {{ zone }}) - interval 1 hour
            else {{ local_time }} at time zone {{ zone }}
        end
    )
{%- endmacro %}
