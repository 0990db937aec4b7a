{# Currencies whose smallest unit is not a hundredth (ISO 4217). All others have two decimals. #}
{% macro decimals_of_currencies() -%}
    {{ return({
        0: ['BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'],
        3: ['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'],
    }) }}
{%- endmacro %}

{# Integer minor units to units of the currency, exact, as decimal(24,8). #}
{% macro units(minor, currency) -%}
    cast(
        cast({{ minor }} as decimal(19, 0)) * case
        {%- for decimals, codes in decimals_of_currencies().items() %}
            when {{ currency }} in ('{{ codes | join("', '") }}') then cast({{ '1' if decimals == 0 else '0.' ~ '0' * (decimals - 1) ~ '1' }} as decimal(5, 4))
        {%- endfor %}
            else cast(0.01 as decimal(5, 4))
        end
        as decimal(24, 8)
    )
{%- endmacro %}
