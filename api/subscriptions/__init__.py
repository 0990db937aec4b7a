"""Subscriptions: what a client pays again and again, with every change dated."""
