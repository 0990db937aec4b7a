"""Every setting of one installation, where it came from, and the secrets made on the first run.

A value is looked for in the environment (``IMISOFTS_<NAME>``), then in ``settings.toml`` inside the data folder, then
it is derived from the data folder, the port base and the generated secrets. Nothing else in the project reads the
environment.
"""

import fcntl
import json
import os
import re
import secrets
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from imisofts import machine
from imisofts.errors import OperatorError

PROJECT_ROOT = Path(__file__).resolve().parent.parent
HOME_FOLDER = ".imisofts"
PREFIX = "IMISOFTS_"
DEFAULT_PORT_BASE = 8400
LAKE_BUILDS = "builds"
"""Folder beside the lake's own files for those that builders hand over; nobody's after the build."""

ROLES = ("owner", "app", "loader", "lake", "dagster")
"""Database roles, each ``imisofts_<name>`` with a password of its own."""

TELEMETRY_OFF: Mapping[str, str] = {
    "DO_NOT_TRACK": "1",
    "DAGSTER_DISABLE_TELEMETRY": "yes",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "GX_ANALYTICS_ENABLED": "false",
    "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
}
"""Nothing leaves the machine unasked: set in our own environment, so that every child inherits it."""


class Settings(BaseModel):
    """The frozen settings of one installation; URLs are plain (``postgresql://``, ``smtp://``, ``http://``)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path
    port_base: int = Field(ge=1024, le=65000)
    public_url: str
    console_url: str
    base_domain: str = Field(pattern=r"^([a-z0-9-]+(\.[a-z0-9-]+)*)?$")
    nameserver: str
    trusted_proxies: str
    provider_networks: str
    sign_up: bool
    terms_url: str = Field(pattern=r"^(https?://\S+)?$")
    dagster_url: str
    mail_url: str
    worker_url: str
    smtp_url: str
    mail_from: str
    owner_database_url: str
    app_database_url: str
    loader_database_url: str
    dagster_database_url: str
    lake_catalog_url: str
    lake_data_path: str
    lake_memory: str = Field(pattern=r"^([1-9][0-9]*[KMGT]i?B)?$")
    builders: int = Field(ge=1, le=64)
    web_processes: int = Field(ge=1, le=64)
    freshness_limit: timedelta
    assets_path: Path
    secret_key: str = Field(min_length=32, json_schema_extra={"secret": True})
    postgres_password: str = Field(min_length=8, json_schema_extra={"secret": True})
    sources: Mapping[str, str] = Field(default_factory=dict, exclude=True, repr=False)

    @property
    def embedded_postgres(self) -> bool:
        """Whether the product's database is our own embedded server (no URL of another was given)."""
        return self.sources.get("owner_database_url") == "default"

    @property
    def proxy_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks of the proxies that may say who the client is."""
        return _networks(self.trusted_proxies)

    @property
    def inner_provider_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The operator's own networks in which an OpenID provider may be."""
        return _networks(self.provider_networks)

    @field_validator("trusted_proxies", "provider_networks")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        _networks(value)
        return value

    @property
    def embedded_mail(self) -> bool:
        """Whether mail goes to the local catcher."""
        return self.sources.get("smtp_url") == "default"

    @property
    def postgres_port(self) -> int:
        """Where the embedded server listens."""
        return self.port_base + 5

    def moved(self, **values: Any) -> "Settings":
        """These settings with other values, for a sandbox or a test; their source becomes ``given``."""
        sources = {**self.sources, **dict.fromkeys(values, "given")}
        return Settings.model_validate({**self.model_dump(), **values, "sources": sources})

    def environment(self) -> dict[str, str]:
        """``IMISOFTS_*`` of every setting, for a child process that has to see exactly these."""
        return {f"{PREFIX}{name.upper()}": shown(getattr(self, name)) for name in names()}


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Networks (CIDR) separated by commas; ``ValueError`` for what is none."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def names() -> tuple[str, ...]:
    """Every setting by name, in the order of the model."""
    return tuple(name for name in Settings.model_fields if name != "sources")


def shown(value: object) -> str:
    """A setting's value as one line of text; durations in seconds."""
    if isinstance(value, timedelta):
        return str(int(value.total_seconds()))
    return str(value)


def masked(name: str, value: object) -> str:
    """The value with whatever is secret in it replaced: a whole secret, or the password inside a URL."""
    extra = Settings.model_fields[name].json_schema_extra
    if isinstance(extra, dict) and extra.get("secret"):
        return "••••••"
    return re.sub(r"(://[^:/@]*):[^@]*@", r"\1:••••••@", shown(value))


def find_home(environ: Mapping[str, str] | None = None, start: Path | None = None) -> Path:
    """The data folder: ``IMISOFTS_HOME``, else the nearest ``.imisofts`` upwards, else beside the project's root."""
    given = (os.environ if environ is None else environ).get(f"{PREFIX}HOME")
    if given:
        return Path(given).expanduser().resolve()
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / HOME_FOLDER).is_dir():
            return folder / HOME_FOLDER
    return PROJECT_ROOT / HOME_FOLDER


def load(home: Path | None = None) -> Settings:
    """Read the settings of the installation in ``home``; makes the folder and its secrets on the first run."""
    for name, value in TELEMETRY_OFF.items():
        os.environ.setdefault(name, value)
    folder = (home or find_home()).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    given, sources = _given(folder)
    base = _port_base(given.get("port_base", DEFAULT_PORT_BASE))
    derived = _derived(folder, base, _secrets(folder), given)
    values = {**derived, **given, "home": folder, "port_base": base}
    labels = {name: sources.get(name, "default") for name in values}
    if os.environ.get(f"{PREFIX}HOME"):
        labels["home"] = f"{PREFIX}HOME"
    labels |= {name: sources.get(name, "generated") for name in ("secret_key", "postgres_password")}
    try:
        return Settings.model_validate({**values, "sources": labels})
    except ValidationError as error:
        first = error.errors()[0]
        raise OperatorError(f"Setting {'.'.join(map(str, first['loc']))}: {first['msg']}.") from error


def _given(folder: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """What the environment and the optional file say, and where each was found."""
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    file = folder / "settings.toml"
    if file.exists():
        try:
            table = tomllib.loads(file.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise OperatorError(f"{file} is not valid TOML: {error}.") from error
        unknown = sorted(set(table) - set(names()))
        if unknown:
            raise OperatorError(f"{file}: unknown setting {', '.join(unknown)}; see `imisofts settings`.")
        values |= table
        sources |= dict.fromkeys(table, "settings.toml")
    for name in names():
        text = os.environ.get(f"{PREFIX}{name.upper()}")
        if text is not None and name != "home":
            values[name], sources[name] = text, f"{PREFIX}{name.upper()}"
    if isinstance(values.get("freshness_limit"), str):
        values["freshness_limit"] = _seconds(values["freshness_limit"])
    return values, sources


def _seconds(text: str) -> object:
    """A bare number is seconds; anything else is left to pydantic (``PT15M``)."""
    return int(text) if text.isdigit() else text


def _port_base(value: object) -> int:
    try:
        return int(str(value))
    except ValueError as error:
        raise OperatorError(f"IMISOFTS_PORT_BASE must be a number, not {value!r}.") from error


def _derived(folder: Path, base: int, made: Mapping[str, str], given: Mapping[str, Any]) -> dict[str, Any]:
    """What follows from the folder, the port base and the secrets."""

    def database(role: str, name: str) -> str:
        return f"postgresql://imisofts_{role}:{made[role]}@127.0.0.1:{base + 5}/{name}"

    def web(offset: int) -> str:
        return f"http://127.0.0.1:{base + offset}"

    return {
        "public_url": web(0),
        "console_url": web(1),
        "base_domain": "",
        "trusted_proxies": "",
        "provider_networks": "",
        "nameserver": "",
        "sign_up": "public_url" not in given,
        "terms_url": "",
        "dagster_url": web(2),
        "mail_url": web(4),
        "worker_url": web(7),
        "smtp_url": f"smtp://127.0.0.1:{base + 3}",
        "mail_from": "imisofts <reports@imisofts.localhost>",
        **{f"{role}_database_url": database(role, "imisofts") for role in ("owner", "app", "loader")},
        "dagster_database_url": database("dagster", "imisofts_dagster"),
        "lake_catalog_url": database("lake", "imisofts_lake"),
        "lake_data_path": str(folder / "lake"),
        "lake_memory": "",
        "builders": 1,
        "web_processes": machine.web_processes(machine.processors(), machine.memory()),
        "freshness_limit": timedelta(minutes=15),
        "assets_path": PROJECT_ROOT / "portal" / "static" / "build",
        "secret_key": made["secret_key"],
        "postgres_password": made["postgres"],
    }


def _secrets(folder: Path) -> dict[str, str]:
    """The installation's own secrets, made once; the lock keeps two first runs from making two sets."""
    file = folder / "secrets.json"
    wanted = ("secret_key", "postgres", *ROLES)
    with (folder / "secrets.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        if all(kept.get(name) for name in wanted):
            return kept
        kept |= {name: secrets.token_urlsafe(32) for name in wanted if not kept.get(name)}
        fresh = file.with_suffix(".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            json.dump(kept, out, indent=2)
        fresh.replace(file)
    return kept
