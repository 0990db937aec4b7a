"""Clients: whom a workspace works for and bills."""
