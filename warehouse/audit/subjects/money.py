"""Clients, invoices, payments, credit notes, receivables."""

from warehouse.audit.lines import Frame, Reconciliation, minor, money, rows, value

STATUSES = ("issued", "partly_paid", "paid", "void")
SOURCES = ("api", "import")

FRAMES: dict[str, Frame] = {
    "dim_workspaces": Frame(key=("workspace_id",)),
    "dim_currency_rates": Frame(key=("workspace_id", "currency", "known_from"), ranges={"rate": (0, None)}),
    "dim_clients": Frame(key=("workspace_id", "client_id"), values={"source": SOURCES}),
    "fct_invoices": Frame(
        key=("workspace_id", "invoice_id"),
        ranges={"days_late": (0, None)},
        values={"status": STATUSES, "source": SOURCES},
    ),
    "fct_payments": Frame(key=("workspace_id", "payment_id"), values={"source": SOURCES}),
    "fct_credit_notes": Frame(key=("workspace_id", "credit_note_id"), values={"source": SOURCES}),
    "fct_recognised_revenue": Frame(
        key=("workspace_id", "entry_id", "recognised_on"), values={"kind": ("line", "credit_note")}
    ),
    "fct_receivable_movements": Frame(key=("workspace_id", "invoice_id", "moved_on")),
    "fct_client_purchase_days": Frame(
        key=("workspace_id", "client_id", "purchased_on"), ranges={"invoices": (1, None)}
    ),
}


ISSUED = "status <> 'draft' and issued_on is not null"


def _receivables() -> Reconciliation:
    """What is owed by invoices' totals and states alone; the mart gets there day by day."""
    open_minor = "owed"
    if value("paid_without_payments") == "settles_when_stated":
        open_minor = f"case when status = 'paid' then least({open_minor}, 0) else {open_minor} end"
    if value("credit_balances") == "left_out":
        open_minor = f"case when total_minor < 0 then least({open_minor}, 0) else greatest({open_minor}, 0) end"
    return Reconciliation(
        name="receivables",
        marts=("fct_receivable_movements",),
        raw=f"""
            with covers as (
                select workspace_id, invoice_id, amount_minor from lake.raw.payment
                union all
                select workspace_id, invoice_id, amount_minor from lake.raw.credit_note
            ),
            covered as (select workspace_id, invoice_id, sum(amount_minor) as minor from covers group by all),
            invoices as (
                select i.workspace_id, i.currency, i.status, i.total_minor, i.total_minor - coalesce(c.minor, 0) as owed
                from lake.raw.invoice as i
                left join covered as c on i.workspace_id = c.workspace_id and i.id = c.invoice_id
                where {ISSUED} and i.status <> 'void'
            )
            select workspace_id, currency, sum({open_minor}) from invoices group by all
        """,
        mart=f"""
            select workspace_id, currency, sum({minor("open_change")})
            from scratch.marts.fct_receivable_movements group by all
        """,
    )


_RECOGNISED = Reconciliation(
    name="every line is earned once",
    marts=("fct_recognised_revenue",),
    raw=f"""
        select i.workspace_id, i.currency, sum(l.net_minor)
        from lake.raw.invoice_line as l
        inner join lake.raw.invoice as i on l.workspace_id = i.workspace_id and l.invoice_id = i.id
        where {ISSUED} group by all
    """,
    mart=f"""
        select workspace_id, currency, sum({minor("amount")})
        from scratch.marts.fct_recognised_revenue where kind = 'line' group by all
    """,
)


def _credited_revenue() -> Reconciliation:
    """Per invoice, so that the shares of several notes are judged together."""
    left_out = value("recognised_credit_notes") == "left_out"
    share = "0" if left_out else "cast(subtotal_minor as hugeint) * credited // total_minor"
    return Reconciliation(
        name="credit notes take from what is earned",
        marts=("fct_recognised_revenue",),
        raw=f"""
            with credited as (
                select i.workspace_id, i.currency, i.subtotal_minor, i.total_minor, sum(c.amount_minor) as credited
                from lake.raw.credit_note as c
                inner join lake.raw.invoice as i on c.workspace_id = i.workspace_id and c.invoice_id = i.id
                where i.status <> 'draft' and i.total_minor > 0
                group by i.workspace_id, i.currency, i.id, i.subtotal_minor, i.total_minor
            )
            select workspace_id, currency, -sum({share}) from credited group by all
        """,
        mart=f"""
            select workspace_id, currency, sum({minor("amount")})
            from scratch.marts.fct_recognised_revenue where kind = 'credit_note' group by all
        """,
    )


def _purchases() -> Reconciliation:
    bought = "total_minor <> 0" if value("zero_value_purchases") == "left_out" else "true"
    return Reconciliation(
        name="every purchase",
        marts=("fct_client_purchase_days",),
        raw=f"""
            select workspace_id, 'invoices', count(*) from lake.raw.invoice where {ISSUED} and {bought} group by all
        """,
        mart="""
            select workspace_id, 'invoices', sum(invoices) from scratch.marts.fct_client_purchase_days group by all
        """,
    )


_WORKSPACES = Reconciliation(
    name="every workspace",
    marts=("dim_workspaces",),
    raw="select id, currency, count(*) from lake.raw.workspace group by all",
    mart="select workspace_id, currency, count(*) from scratch.marts.dim_workspaces group by all",
)

_RATES = Reconciliation(
    name="every exchange rate",
    marts=("dim_currency_rates",),
    raw="""
        with known as (
            select r.workspace_id, r.from_currency as currency, r.rate_on, r.rate as agreed, null as turned
            from lake.raw.exchange_rate as r
            inner join lake.raw.workspace as w on r.workspace_id = w.id and r.to_currency = w.currency
            union all
            select r.workspace_id, r.to_currency, r.rate_on, null, 1 / r.rate
            from lake.raw.exchange_rate as r
            inner join lake.raw.workspace as w on r.workspace_id = w.id and r.from_currency = w.currency
        ),
        days as (
            select workspace_id, currency, rate_on, coalesce(max(agreed), max(turned)) as rate from known group by all
        )
        select workspace_id, currency, round(sum(cast(rate as double)), 6) from days group by all
        union all
        select id, currency, 1 from lake.raw.workspace""",
    mart="""
        select workspace_id, currency, round(sum(cast(rate as double)), 6)
        from scratch.marts.dim_currency_rates group by all""",
)

RECONCILIATIONS: tuple[Reconciliation, ...] = (
    money("invoiced with tax", "invoice", "fct_invoices", "total_minor", "total", ISSUED),
    money("tax", "invoice", "fct_invoices", "tax_minor", "tax", ISSUED),
    money("collected", "payment", "fct_payments", "amount_minor", "amount"),
    money("credited", "credit_note", "fct_credit_notes", "amount_minor", "amount"),
    rows("every issued invoice", "invoice", "fct_invoices", ISSUED),
    rows("every payment", "payment", "fct_payments"),
    rows("every client", "client", "dim_clients"),
    _WORKSPACES,
    _RATES,
    _RECOGNISED,
    _credited_revenue(),
    _purchases(),
    _receivables(),
)
