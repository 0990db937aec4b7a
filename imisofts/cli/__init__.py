"""The `imisofts` command: one file per group of commands, results on standard output, everything else on error."""

import sys

from imisofts.cli.root import app
from imisofts.errors import OperatorError

__all__ = ["app", "main"]


def main() -> None:
    """Run the command line; what an operator can fix is one line, not a traceback."""
    try:
        app()
    except OperatorError as error:
        print(f"imisofts: {error}", file=sys.stderr)  # the one line
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
