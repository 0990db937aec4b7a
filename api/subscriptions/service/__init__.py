"""What may be done with subscriptions, split by verb: each locks, checks, changes and records.

Imports write many rows at once by the same rules, so tables, :func:`new_rows` and the pure schedule stand here too.
"""

from api.subscriptions import schedule
from api.subscriptions.models import Subscription, SubscriptionItem, SubscriptionPause
from api.subscriptions.repository import findable
from api.subscriptions.service.cancel import cancel, period_end
from api.subscriptions.service.change import change
from api.subscriptions.service.correct import correct
from api.subscriptions.service.create import create
from api.subscriptions.service.outlook import complete, next_charge
from api.subscriptions.service.pause import pause, resume
from api.subscriptions.service.rows import Terms, charged_minor, new_rows
from api.subscriptions.service.shared import facts, read, told
from api.subscriptions.service.withdraw import withdraw_cancellation

__all__ = [
    "Subscription",
    "SubscriptionItem",
    "SubscriptionPause",
    "Terms",
    "cancel",
    "change",
    "charged_minor",
    "complete",
    "correct",
    "create",
    "facts",
    "findable",
    "new_rows",
    "next_charge",
    "pause",
    "period_end",
    "read",
    "resume",
    "schedule",
    "told",
    "withdraw_cancellation",
]
