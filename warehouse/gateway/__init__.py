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
from warehouse.gateway.health import ClientHealth, HealthDay, HealthTable
from warehouse.gateway.health_words import HealthInput
from warehouse.metrics.definitions import Dimension, Grain, MetricDefinition

__all__ = [
    "BadQuery",
    "ClientHealth",
    "ClientReportFigures",
    "CurrencyFigures",
    "Dimension",
    "Gateway",
    "GatewayError",
    "Grain",
    "HealthDay",
    "HealthInput",
    "HealthTable",
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
