"""Errors that a person at the command line can act upon: one clear line, no traceback."""


class OperatorError(Exception):
    """Something the operator has to change (a port, a Python, a folder); its text is the whole message."""
