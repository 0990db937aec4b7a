"""Starting a child that cannot outlive us, as an unprivileged user where we are root."""

import ctypes
import os
import pwd
import signal
from collections.abc import Callable
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAP_DAC_OVERRIDE = 1
_CAPABILITY_VERSION_3 = 0x20080522
UNPRIVILEGED_USER = "nobody"


def unprivileged() -> pwd.struct_passwd | None:
    """The account a server runs as when we are root (Postgres refuses root); None when we are not."""
    return pwd.getpwnam(UNPRIVILEGED_USER) if os.geteuid() == 0 else None


def reachable_by_others(path: Path) -> bool:
    """Whether an account without rights of its own can reach ``path`` through all of its parents."""
    return all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents)


def own_child(death: signal.Signals, account: pwd.struct_passwd | None, *, keep_reach: bool) -> Callable[[], None]:
    """A ``preexec_fn``: become ``account``, and get ``death`` when the parent dies, even by kill -9.

    ``keep_reach`` keeps the one capability that walks through folders closed to others (a clone below ``/root``).
    The death signal comes last because changing user clears it.
    """
    libc = ctypes.CDLL(None, use_errno=True)

    def prepare() -> None:
        if account is not None:
            if keep_reach:
                libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
            os.setgroups([])
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)
            if keep_reach:
                _raise_reach(libc)
        libc.prctl(_PR_SET_PDEATHSIG, int(death), 0, 0, 0)

    return prepare


def _raise_reach(libc: ctypes.CDLL) -> None:
    """Make CAP_DAC_OVERRIDE inheritable and ambient, so that it survives the coming exec."""
    mask = 1 << _CAP_DAC_OVERRIDE
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    data = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)
    libc.capset(header, data)
    libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0)
