"""Figures over the API: the gateway, and nothing computed here."""
