"""The one module that answers questions about numbers."""

from warehouse.gateway.answers import (
    BadKnownAt,
    BadQuery,
    BeingPrepared,
    GatewayError,
    InvoiceRow,
    Known,
    KnownAt,
    Measure,
    MetricAnswer,
    MetricQuery,
    MetricRow,
    NothingPublished,
    NotKnown,
    Publication,
    State,
    UnknownDimension,
    UnknownMetric,
)
from warehouse.gateway.client_report_figures import (
    Change,
    ClientReportFigures,
    CurrencyFigures,
    DoneRow,
    MilestoneRow,
    MonthFigures,
    PeriodFigures,
    PriorityRow,
    ProjectHours,
    UpcomingRow,
)
from warehouse.gateway.facts import FactRows, FactValue, LakeRecord
from warehouse.gateway.gateway import Gateway
from warehouse.gateway.health import ClientHealth, HealthDay, HealthTable
from warehouse.gateway.health_backtest import Backtest, Departure
from warehouse.gateway.health_words import HealthInput
from warehouse.gateway.past import known_at
from warehouse.metrics.definitions import Dimension, Grain, MetricDefinition
from warehouse.metrics.rows import FactColumn
from warehouse.publish import AuditRow, PublicationRow

__all__ = [
    "AuditRow",
    "Backtest",
    "BadKnownAt",
    "BadQuery",
    "BeingPrepared",
    "Change",
    "ClientHealth",
    "ClientReportFigures",
    "CurrencyFigures",
    "Departure",
    "Dimension",
    "DoneRow",
    "FactColumn",
    "FactRows",
    "FactValue",
    "Gateway",
    "GatewayError",
    "Grain",
    "HealthDay",
    "HealthInput",
    "HealthTable",
    "InvoiceRow",
    "Known",
    "KnownAt",
    "LakeRecord",
    "Measure",
    "MetricAnswer",
    "MetricDefinition",
    "MetricQuery",
    "MetricRow",
    "MilestoneRow",
    "MonthFigures",
    "NotKnown",
    "NothingPublished",
    "PeriodFigures",
    "PriorityRow",
    "ProjectHours",
    "Publication",
    "PublicationRow",
    "State",
    "UnknownDimension",
    "UnknownMetric",
    "UpcomingRow",
    "known_at",
]
