"""Runs every measurement once in a temporary home of its own and prints one line for each."""

import os
import random
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "online-retail" / "invoices.csv"


def _free_base() -> int:
    """Eight neighbouring ports that nobody listens on."""
    for base in random.sample(range(20000, 32000, 10), 200):
        try:
            for offset in range(8):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", base + offset))
        except OSError:
            continue
        return base
    raise RuntimeError("no eight free ports in a row")


def main() -> int:
    """Needs the online-retail file: its path as the only argument, else beside the project."""
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    if not data.exists():
        print(f"bench: {data} is not there; give the invoices.csv of online-retail as the argument", file=sys.stderr)
        return 2
    from bench import agency, measure  # late: they read the environment
    from bench.page import Page

    page = Page()
    with _sandbox():
        measure.everything(data, page)
    with _sandbox():
        agency.measure(page)
    with _sandbox():
        measure.replication_alone(page)
    with _sandbox():
        measure.builders_together(page)
    page.write()
    return 1 if any(one.figure == "failed" for one in page.figures) else 0


@contextmanager
def _sandbox() -> Iterator[None]:
    """An empty data folder with ports of its own, known to this process by its environment."""
    with tempfile.TemporaryDirectory(prefix="imisofts-bench-") as folder:
        Path(folder).chmod(0o755)
        for name in [name for name in os.environ if name.startswith("IMISOFTS_")]:
            del os.environ[name]
        os.environ |= {"IMISOFTS_HOME": folder, "IMISOFTS_PORT_BASE": str(_free_base())}
        yield


if __name__ == "__main__":
    raise SystemExit(main())
