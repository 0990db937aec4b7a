"""``python -m warehouse.parts.builder``: takes parts of whatever build is under way, until told to end.

It needs the lake's catalogue and the lake's files and nothing else of the installation, so it may run on any machine
that reaches both by the same names. The models come compiled with the build: no other release's SQL is mixed in.
"""

from __future__ import annotations

import logging
import signal
import threading
from typing import TYPE_CHECKING

import psycopg

from imisofts import settings as installation
from warehouse import lake
from warehouse.parts import board, working

if TYPE_CHECKING:
    from imisofts.settings import Settings

POLL, LONGEST_PAUSE = 0.5, 30.0
_log = logging.getLogger("imisofts.builder")


def loop(settings: Settings, stop: threading.Event) -> None:
    """Until stopped: a part when there is one; longer pauses while the catalogue is away."""
    pause = POLL
    lake.bare().close()  # whoever says that it is ready has loaded what it builds with
    while not stop.is_set():
        try:
            with board.session(settings) as catalogue:
                board.sign_in(catalogue)
                _log.info("builder %s is ready", working.name())
                pause = POLL
                while not stop.is_set():
                    if not working.once(settings, catalogue):
                        board.await_news(catalogue, POLL)
        except psycopg.Error as error:
            _log.error("builder waits %.1f s: %s", pause, str(error).strip())
            stop.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)


def main() -> None:
    """Until SIGTERM or SIGINT, which give back the part under way."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")

    def asked(number: int, _frame: object) -> None:
        raise SystemExit(0)

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, asked)
    loop(installation.load(), threading.Event())


if __name__ == "__main__":
    main()
