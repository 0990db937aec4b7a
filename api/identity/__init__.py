"""Workspaces, users, memberships, sign-in, sessions and API tokens."""
