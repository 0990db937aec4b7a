"""What every figure is: definitions in YAML, compiled to SQL by one module."""

from warehouse.metrics.catalogue import metrics, policy, version
from warehouse.metrics.definitions import Dimension, Grain, MetricDefinition

__all__ = ["Dimension", "Grain", "MetricDefinition", "metrics", "policy", "version"]
