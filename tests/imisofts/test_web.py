"""How many processes serve pages, and that they share one address, the lake's memory and nothing else."""

import socket

import pytest

from imisofts import machine, programs, serve
from imisofts.errors import OperatorError
from imisofts.settings import Settings
from imisofts.supervisor import require_ports

GIB = 2**30


@pytest.mark.parametrize(
    ("processors", "memory", "count"),
    [(1, 64 * GIB, 1), (2, 24 * GIB, 2), (16, 64 * GIB, 4), (8, 6 * GIB, 3), (8, 1 * GIB, 1)],
)
def test_as_many_serve_as_the_machine_has_room_for(processors: int, memory: int, count: int) -> None:
    assert machine.web_processes(processors, memory, "linux") == count
    assert machine.web_processes(processors, memory, "darwin") == 1


def test_each_is_a_program_of_its_own_and_together_they_hold_what_one_held(settings: Settings) -> None:
    three = [one for one in programs.of(settings.moved(web_processes=3)) if one.name.startswith("web")]
    assert [one.name for one in three] == ["web", "web2", "web3"]
    assert [one.ports for one in three] == [(settings.port_base,), (), ()]
    whole = int(machine.of_lake(1).removesuffix("MiB"))
    for one in three:
        assert whole - 3 <= 3 * int(one.environment["IMISOFTS_LAKE_MEMORY"].removesuffix("MiB")) <= whole
    given = programs.of(settings.moved(lake_memory="1GB", web_processes=2))
    assert all("IMISOFTS_LAKE_MEMORY" not in one.environment for one in given)


def test_they_open_the_same_port_and_no_other_program_can(settings: Settings) -> None:
    with serve.listener(0) as first:
        port = first.getsockname()[1]
        with serve.listener(port) as second:
            assert second.getsockname() == first.getsockname()
        with socket.socket() as stranger, pytest.raises(OSError, match="in use"):
            stranger.bind(("127.0.0.1", port))
        taken = programs.Program("web", (), (port,))
        with pytest.raises(OperatorError, match="is in use"):
            require_ports([taken])
