"""Which names the installation answers at, and where a workspace lives.

Addresses that leave the house (in mails, in redirects) are made from settings and verified rows, never from a request.
"""

from typing import Final
from urllib.parse import urlsplit

from imisofts.settings import Settings

IN_PROCESS: Final = "imisofts.localhost"
"""The name under which pages of the same process call the API."""
OWN: Final = frozenset({"localhost", "127.0.0.1", "::1", IN_PROCESS})
RESERVED: Final = frozenset(
    "www api app admin administrator mail smtp imap ftp ns ns1 ns2 mx dns cdn static assets files img console portal"
    " dagster status health help support docs blog about pricing sign-in sign-up signin signup login logout register"
    " account accounts settings security billing invoice invoices pay payment payments webhook webhooks auth oauth sso"
    " oidc saml id root system operator platform internal test staging demo dev localhost imisofts postmaster abuse"
    " hostmaster webmaster noreply no-reply".split()
)
"""Short names that no workspace takes: people would take its address for the installation's own."""


def name_of(host: str) -> str:
    """The bare name in a Host header: small letters, no port, no closing dot. Anything odd is no name of anybody."""
    text = host.strip().lower()
    name = text[1:].partition("]")[0] if text.startswith("[") else text.partition(":")[0]
    return name.removesuffix(".")


def is_own(name: str, settings: Settings) -> bool:
    """Whether the name is the installation's own, at which every workspace signs in."""
    return name in OWN or name == urlsplit(settings.public_url).hostname


def slug_of(name: str, settings: Settings) -> str | None:
    """The slug in ``SLUG.<base domain>``."""
    slug, dot, rest = name.partition(".")
    return slug if dot and settings.base_domain and rest == settings.base_domain else None


def origin(settings: Settings, slug: str, host: str | None) -> str:
    """Scheme, host and port at which a workspace answers: its verified host, else its name below the base domain,
    else the installation's own address."""
    public = urlsplit(settings.public_url)
    name = host or (f"{slug}.{settings.base_domain}" if settings.base_domain else None)
    if name is None:
        return settings.public_url.rstrip("/")
    return f"{public.scheme}://{name}" + (f":{public.port}" if public.port else "")
