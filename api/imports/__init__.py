"""Imports: bulk load of a CSV file, silent and repeatable."""
