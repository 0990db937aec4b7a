-- What of an invoice line's revenue, without tax, is earned on which day, in whole minor units; a credit note takes its
-- share without tax on its own day. Days on which nothing is earned are left out.
with days as (
    select *, {{ each_day('first_on', 'last_on') }} as recognised_on
    from {{ ref('int_recognition_parts') }}
),

elapsed as (
    select
        *,
        {% if policy('recognition') == 'by_month' %}
        ends - begins as elapsed
        {% else %}
        least(ends, {{ recognition_at('recognised_on + 1', 'timezone') }}) - begins as elapsed
        {% endif %}
    from days
),

earned as (
    select *, {{ cut_share('part_minor', 'elapsed', 'ends - begins') }} as earned_minor
    from elapsed
),

over_time as (
    select
        workspace_id,
        invoice_line_id,
        recognised_on,
        earned_minor - lag(earned_minor, 1, 0) over (
            partition by workspace_id, invoice_line_id, begins order by recognised_on
        ) as minor
    from earned
),

invoices as (
    select * from {{ ref('int_invoices_issued') }}
),

lines as (
    select * from {{ ref('stg_app__invoice_lines') }}
),

entries as (
    select
        lines.workspace_id,
        lines.invoice_line_id as entry_id,
        lines.invoice_id,
        'line' as kind,
        coalesce(over_time.recognised_on, invoices.issued_on) as recognised_on,
        coalesce(over_time.minor, lines.net_minor) as minor
    from lines
    inner join invoices on lines.workspace_id = invoices.workspace_id and lines.invoice_id = invoices.invoice_id
    left join over_time
        on lines.workspace_id = over_time.workspace_id and lines.invoice_line_id = over_time.invoice_line_id
    {% if policy('recognised_credit_notes') == 'on_their_own_date' %}
    union all
    select workspace_id, credit_note_id as entry_id, invoice_id, 'credit_note' as kind, issued_on as recognised_on, -net_minor as minor
    from {{ ref('int_credit_notes_net') }}
    {% endif %}
)

select
    entries.workspace_id,
    entries.entry_id,
    entries.invoice_id,
    invoices.client_id,
    invoices.currency,
    entries.kind,
    entries.recognised_on,
    {{ units('entries.minor', 'invoices.currency') }} as amount,
    invoices.voided_on
from entries
inner join invoices on entries.workspace_id = invoices.workspace_id and entries.invoice_id = invoices.invoice_id
where entries.minor <> 0
