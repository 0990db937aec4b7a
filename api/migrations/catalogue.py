"""All tables of the product, by importing every domain's models."""

import importlib
import importlib.util

from sqlalchemy import MetaData

from api.kit.models import Base

MODELS = (
    "api.kit.idempotency",
    "api.kit.numbers",
    "api.kit.rate_limit",
    "api.identity.models",
    "api.identity.place_models",
    "api.identity.request_models",
    "api.identity.sign_on_models",
    "api.identity.factor_models",
    "api.brand.models",
    "api.plans.models",
    "api.events.models",
    "api.undo.models",
    "api.views.models",
    "api.notifications.models",
    "api.clients.models",
    "api.billing.models",
    "api.catalog.models",
    "api.rates.models",
    "api.subscriptions.models",
    "api.time.models",
    "api.projects.models",
    "api.support.models",
    "api.health.models",
    "api.imports.models",
    "api.reports.models",
)


def metadata() -> MetaData:
    """The tables as the models declare them."""
    for name in MODELS:
        if importlib.util.find_spec(name) is not None:
            importlib.import_module(name)
    return Base.metadata
