"""Routes of figures: the same answers as the command line and the console."""

from datetime import date
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from api.clients import service as clients
from api.kit import database
from api.kit.access import allowed
from api.kit.database import ReadSession
from api.kit.errors import Conflict, Forbidden, Malformed, NotFound, Unauthenticated, documented
from api.metrics.errors import BadQuestion, BeingPrepared, problem
from api.metrics.schemas import AnswerOut, HealthOut, HealthTableOut, MetricOut, MetricsOut, StateOut
from api.metrics.service import ask, ask_metric
from imisofts.access import Action, Actor
from warehouse.gateway import BadKnownAt, Gateway, Grain, KnownAt, MetricQuery, known_at

router = APIRouter(tags=["metrics"])

SIGNED_IN = documented(Unauthenticated, Forbidden)
READ = allowed(Action.metric_read)
HealthDay = Annotated[
    date | None, Query(description="At the end of which day; the last that the data covers unless said.")
]
NOT_YET = documented(Conflict)
"""There are no figures: nothing is published, or what was known is being prepared, or its checks failed."""
NOT_YET[Conflict.status] |= {
    "description": "No figures, or none yet: `being_prepared` says when to ask again",
    "headers": {
        "Retry-After": {
            "description": f"Seconds, with `{BeingPrepared.code}`.",
            "schema": {"type": "integer"},
        }
    },
}
QUESTION = frozenset({"from", "to", "grain", "by", "where", "as_of", "known_at", "in"})


def _gateway(request: Request) -> Gateway:
    return cast(Gateway, request.app.state.gateway)


AppGateway = Annotated[Gateway, Depends(_gateway)]


def _question(
    name: str,
    request: Request,
    first: Annotated[date | None, Query(alias="from", description="First day, inclusive.")] = None,
    last: Annotated[date | None, Query(alias="to", description="Last day, inclusive.")] = None,
    grain: Annotated[Grain, Query(description="Length of a period.")] = "month",
    by: Annotated[list[str] | None, Query(max_length=5, description="Dimensions to split by.")] = None,
    where: Annotated[
        list[str] | None, Query(max_length=10, description="Filters, each as dimension:value.", examples=["client:7"])
    ] = None,
    as_of: Annotated[date | None, Query(description="The business as it stood at the end of this day.")] = None,
    known: Annotated[
        str | None,
        Query(
            alias="known_at",
            description="Only what had been recorded by then: a day (to its end in the agency's zone), an instant with"
            " its offset, or the number of a publication.",
            examples=["2026-05-31", "2026-05-31T17:00:00Z", "12"],
        ),
    ] = None,
    currency: Annotated[
        str | None, Query(alias="in", description="Convert money to the agency's own currency.", examples=["EUR"])
    ] = None,
) -> MetricQuery:
    """The query string as a question; a parameter that nobody knows is refused."""
    unknown = sorted(set(request.query_params) - QUESTION)
    if unknown:
        message = "This parameter is not known."
        raise BadQuestion(f"Unknown parameter: {', '.join(unknown)}.", fields=[(key, message) for key in unknown])
    filters = tuple(map(_filter, where or ()))
    return MetricQuery(
        name, first, last, grain, tuple(by or ()), filters, as_of, currency=currency, known_at=_known(known)
    )


def _known(text: str | None) -> KnownAt | None:
    try:
        return None if text is None else known_at(text)
    except BadKnownAt as error:
        raise problem(error) from error


def _filter(text: str) -> tuple[str, str]:
    dimension, separator, value = text.partition(":")
    if not separator:
        raise BadQuestion(
            f"“{text}” is no filter: write dimension:value.", fields=[("where", "Write dimension:value.")]
        )
    return dimension, value


@router.get("/metrics", responses=SIGNED_IN)
async def list_metrics(gateway: AppGateway, actor: Annotated[Actor, READ]) -> MetricsOut:
    """Every metric that you may ask, with its definition, policy, unit and dimensions."""
    found = await ask(lambda: gateway.catalogue(actor))
    return MetricsOut(items=tuple(MetricOut.of(metric) for metric in found))


@router.get("/metrics/{name}", responses=SIGNED_IN | documented(NotFound, Malformed) | NOT_YET)
async def read_metric(
    request: Request,
    gateway: AppGateway,
    actor: Annotated[Actor, READ],
    question: Annotated[MetricQuery, Depends(_question)],
) -> AnswerOut:
    """The figures of one metric: every period of the range a row, one per currency and dimension value.

    With `known_at`, of what had been recorded by then. Where that has to be built first, the answer is the problem
    `being_prepared` with a `Retry-After`, and the same question is answered some seconds later.
    """
    return AnswerOut.of(await ask_metric(gateway, database.of(request), actor, question))


@router.get("/data/state", responses=SIGNED_IN)
async def read_state(gateway: AppGateway, actor: Annotated[Actor, READ]) -> StateOut:
    """The newest publication, whether it is fresh, and what its audit said."""
    return StateOut.of(await ask(lambda: gateway.state(actor)))


@router.get("/client-health", responses=SIGNED_IN | documented(Conflict))
async def list_client_health(
    gateway: AppGateway, actor: Annotated[Actor, allowed(Action.health_read)], on: HealthDay = None
) -> HealthTableOut:
    """How every client is on a day: score, inputs, and the reasons in words."""
    return HealthTableOut.of(await ask(lambda: gateway.health(actor, on=on)))


@router.get("/clients/{client_id}/health", responses=SIGNED_IN | documented(NotFound, Conflict))
async def read_client_health(
    client_id: UUID,
    gateway: AppGateway,
    actor: Annotated[Actor, allowed(Action.health_read)],
    session: ReadSession,
    on: HealthDay = None,
) -> HealthOut:
    """How one client is on a day."""
    await clients.get(session, actor, client_id)
    return HealthOut.of(await ask(lambda: gateway.health(actor, on=on, client_id=client_id)))
