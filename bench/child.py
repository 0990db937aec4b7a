"""A program of its own, for what must not share an interpreter, or memory, with the rest; it prints JSON last."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from imisofts.settings import PROJECT_ROOT


class ChildFailed(Exception):
    """It did not start, failed, or took too long; the sentence says which."""


def ours(module: str, given: Mapping[str, str], *, seconds: float) -> dict[str, Any]:
    """One of our own modules, with ``given`` beside this process' environment."""
    return run([sys.executable, "-m", module], {**os.environ, **given}, PROJECT_ROOT, seconds)


def run(program: Sequence[str], environment: Mapping[str, str], folder: Path, seconds: float) -> dict[str, Any]:
    """What the program printed in its last line. Raises :class:`ChildFailed`."""
    try:
        done = subprocess.run(
            program, env=environment, cwd=folder, capture_output=True, text=True, timeout=seconds, check=False
        )
    except OSError as error:
        raise ChildFailed(f"it did not start: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise ChildFailed(f"it did not end within {seconds:.0f} s") from error
    if done.returncode != 0:
        raise ChildFailed(_last_line(done.stderr) or f"it ended with {done.returncode}")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _last_line(text: str) -> str:
    """What went wrong, in one line that fits a table."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1].replace("|", "/")[:200] if lines else ""
