"""A data folder as one file: the whole Postgres cluster at one point first, the lake's files after.

The catalogue is part of the cluster, so every file that it names was there when the cluster was read; the caller keeps
files from being deleted until they are copied. The list of contents comes last, with a hash of each: a file without
it is no whole backup.
"""

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from imisofts.errors import OperatorError
from imisofts.services import postgres, process, version
from imisofts.settings import LAKE_BUILDS, Settings

CONTENTS = "contents.json"
CLUSTER, LAKE, HOUSE = "postgres", "lake", "home"
KEPT = ("secrets.json", "sample.json", "settings.toml", "version", "mail")
"""What of the data folder is nobody's cache; the rest is made anew."""
_FORMAT = 1
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds: when its cluster was read, and how many files of how many bytes."""

    made_at: datetime
    data_version: int
    files: int
    size: int


def write(settings: Settings, file: Path) -> Backup:
    """Write the backup beside its place and rename it, readable by its owner only: it holds every secret."""
    _require_embedded(settings)
    if file.exists():
        raise OperatorError(f"{file} is there already; a backup never replaces another.")
    if not file.parent.is_dir():
        raise OperatorError(f"There is no folder {file.parent}.")
    partial = file.with_name(f"{file.name}.partial")
    partial.unlink(missing_ok=True)
    made_at = datetime.now(UTC)
    try:
        with tempfile.TemporaryDirectory(dir=file.parent, prefix=f".{file.name}-") as folder:
            _base_backup(settings, Path(folder))
            with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                backup = _write(out, settings, Path(folder), made_at)
                out.flush()
                os.fsync(out.fileno())
        partial.rename(file)
    except OSError as error:
        raise OperatorError(f"The backup could not be written to {file.parent}: {error.strerror}.") from error
    finally:
        partial.unlink(missing_ok=True)
    return backup


def _require_embedded(settings: Settings) -> None:
    """Only what lies in the data folder can be copied from it."""
    if not settings.embedded_postgres:
        raise OperatorError(
            "The databases are not in the data folder (IMISOFTS_OWNER_DATABASE_URL): back them up where they are."
        )
    if Path(settings.lake_data_path) != settings.home / LAKE:
        raise OperatorError(
            f"The lake's files are not in the data folder (IMISOFTS_LAKE_DATA_PATH={settings.lake_data_path}):"
            " back them up where they are, after the databases."
        )


def _base_backup(settings: Settings, folder: Path) -> None:
    """The cluster with the log that makes it consistent, as two compressed tar files."""
    command = [postgres.binary("pg_basebackup"), "-D", str(folder), "-Ft", "-X", "stream", "--compress=gzip:1"]
    command += ["--checkpoint=fast", "--no-password", "-d", postgres.superuser_url(settings)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own binary
    if done.returncode:
        raise OperatorError(f"PostgreSQL could not be copied: {done.stderr.strip().splitlines()[-1]}")


def _write(out: "tarfile._Fileobj", settings: Settings, cluster: Path, made_at: datetime) -> Backup:
    hashes: dict[str, str] = {}
    size = 0
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, path in _members(settings, cluster):
            hashes[name] = _add(archive, name, path)
            size += path.stat().st_size
        found = version.of(settings.home)
        head = {"format": _FORMAT, "made_at": made_at.isoformat(), "data_version": found, "sha256": hashes}
        listing = cluster / CONTENTS
        listing.write_text(json.dumps(head), encoding="utf-8")
        archive.add(listing, CONTENTS)
    return Backup(made_at, found, len(hashes), size)


def _members(settings: Settings, cluster: Path) -> Iterator[tuple[str, Path]]:
    """Everything by its name in the backup: the cluster was read before the first of the others is opened."""
    yield from ((f"{CLUSTER}/{path.name}", path) for path in sorted(cluster.glob("*.tar.gz")))
    for kept in KEPT:
        place = settings.home / kept
        files = sorted(place.rglob("*")) if place.is_dir() else [place]
        yield from ((f"{HOUSE}/{path.relative_to(settings.home)}", path) for path in files if path.is_file())
    lake = settings.home / LAKE
    stored = ((path.relative_to(lake), path) for path in sorted(lake.rglob("*")) if path.is_file())
    yield from ((f"{LAKE}/{name}", path) for name, path in stored if name.parts[0] != LAKE_BUILDS)


def _add(archive: tarfile.TarFile, name: str, path: Path) -> str:
    """Add a file as it is now; one that grows meanwhile is cut where its head says."""
    with path.open("rb") as opened:
        head = archive.gettarinfo(arcname=name, fileobj=opened)
        if head.islnk():  # another name of a file that the archive has
            archive.addfile(head)
            return hashlib.file_digest(opened, "sha256").hexdigest()
        hashing = _Hashing(opened)
        archive.addfile(head, hashing)
    return hashing.digest.hexdigest()


class _Hashing:
    """A reader that hashes what passes."""

    def __init__(self, source: "tarfile._Fileobj") -> None:
        self._source = source
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        data: bytes = self._source.read(size)
        self.digest.update(data)
        return data


def unpack(file: Path, home: Path) -> Backup:
    """Make the data folder from a backup, beside its place and renamed when whole; ``home`` must not hold one yet."""
    if not file.is_file():
        raise OperatorError(f"There is no file {file}.")
    if home.exists() and any(home.iterdir()):
        raise OperatorError(f"{home} is not empty: a backup is restored into a new data folder (IMISOFTS_HOME).")
    home.parent.mkdir(parents=True, exist_ok=True)
    partial = home.with_name(f"{home.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        backup = _extract(file, partial)
        _place_cluster(partial)
        if home.exists():
            home.rmdir()
        partial.rename(home)
    except (tarfile.TarError, EOFError) as error:
        raise OperatorError(f"{file} is no whole backup: {error}.") from error
    except OSError as error:
        raise OperatorError(f"The backup could not be restored to {home}: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return backup


def _extract(file: Path, partial: Path) -> Backup:
    """Everything into the folder, each file compared with its hash."""
    partial.mkdir(mode=0o755)
    with tarfile.open(file, mode="r:") as archive:
        archive.extractall(partial, filter="data")
    listing = partial / CONTENTS
    if not listing.is_file():
        raise OperatorError(f"{file} is no whole backup: it breaks off before its list of contents.")
    head = json.loads(listing.read_text(encoding="utf-8"))
    if head["format"] != _FORMAT or head["data_version"] > version.DATA_VERSION:
        raise OperatorError(f"{file} was written by a newer imisofts: restore it with that one.")
    size = 0
    for name, wanted in head["sha256"].items():
        path = partial / name
        if not path.is_file() or _hash(path) != wanted:
            raise OperatorError(f"{file} is damaged: {name} is not what was backed up.")
        size += path.stat().st_size
    listing.unlink()
    for path in list((partial / HOUSE).iterdir()):
        path.rename(partial / path.name)
    (partial / HOUSE).rmdir()
    (partial / "secrets.json").chmod(0o600)
    return Backup(datetime.fromisoformat(head["made_at"]), head["data_version"], len(head["sha256"]), size)


def _hash(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _place_cluster(home: Path) -> None:
    """The cluster where the embedded server expects it, owned by the account that runs it."""
    root = home / CLUSTER
    data = root / "data"
    data.mkdir(mode=0o700)
    for name, target in (("base", data), ("pg_wal", data / "pg_wal")):
        packed = root / f"{name}.tar.gz"
        with tarfile.open(packed, mode="r:gz") as archive:
            archive.extractall(target, filter="tar")
        packed.unlink()
    account = process.unprivileged()
    if account is not None:
        for path in (root, *root.rglob("*")):
            os.chown(path, account.pw_uid, account.pw_gid)
