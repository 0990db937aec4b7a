{# Monthly recurring revenue of an item: quantity × unit price × the share that is paid, over interval count × the months
   in the interval (year 12, quarter 3, month 1, week 12/52, day 12/365). In whole numbers, rounded at the eighth decimal. #}
{% macro monthly(quantity, unit_price, paid_share, billing_interval, interval_count) -%}
    {%- set above = "case " ~ billing_interval ~ " when 'week' then 52 when 'day' then 365 else 1 end" -%}
    {%- set below = "case " ~ billing_interval ~ " when 'month' then 1 when 'quarter' then 3 else 12 end" -%}
    {%- set amount = "cast(" ~ quantity ~ " * 100000000.0 as hugeint) * cast(" ~ unit_price ~ " * 100000000.0 as hugeint) * cast((" ~ paid_share ~ ") * 1000000.0 as hugeint)" -%}
    {%- set divisor = "(" ~ below ~ ") * " ~ interval_count ~ " * cast(100000000000000 as hugeint)" -%}
    cast(
        cast((({{ amount }}) * ({{ above }}) + ({{ divisor }}) // 2) // ({{ divisor }}) as decimal(30, 0)) * cast(0.00000001 as decimal(8, 8))
        as decimal(24, 8)
    )
{%- endmacro %}
