"""Dagster: the assets of the lakehouse, their checks, and the worker that keeps them fresh between runs."""
