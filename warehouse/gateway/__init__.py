"""The one module that answers questions about numbers."""

from warehouse.gateway.answers import (
    BadQuery,
    ClientReportFigures,
    CurrencyFigures,
    GatewayError,
    InvoiceRow,
    Measure,
    MetricAnswer,
    MetricQuery,
    MetricRow,
    MonthFigures,
    NothingPublished,
    PeriodFigures,
    Publication,
    State,
    UnknownDimension,
    UnknownMetric,
)
from warehouse.gateway.gateway import Gateway
from warehouse.metrics.definitions import Dimension, Grain, MetricDefinition

__all__ = [
    "BadQuery",
    "ClientReportFigures",
    "CurrencyFigures",
    "Dimension",
    "Gateway",
    "GatewayError",
    "Grain",
    "InvoiceRow",
    "Measure",
    "MetricAnswer",
    "MetricDefinition",
    "MetricQuery",
    "MetricRow",
    "MonthFigures",
    "NothingPublished",
    "PeriodFigures",
    "Publication",
    "State",
    "UnknownDimension",
    "UnknownMetric",
]
