"""Billing: invoices with their lines, payments and credit notes."""
