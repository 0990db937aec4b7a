"""The rows of a narrowed actor: those of its clients, and of single projects beside them."""

from typing import Any

from sqlalchemy import ColumnElement, Select, or_
from sqlalchemy.orm import InstrumentedAttribute

from imisofts.access import Actor

Column = ColumnElement[Any] | InstrumentedAttribute[Any]


def narrowed(
    query: Select[Any], actor: Actor, client: Column, project: Column | None = None, *more: ColumnElement[bool]
) -> Select[Any]:
    """``query`` over the actor's rows by the columns that name a row's client and, where it has one, its project;
    rows for which one of ``more`` holds are seen too."""
    if actor.client_ids is None:
        return query
    return query.where(or_(client.in_(actor.client_ids), *_of_projects(actor, project), *more))


def _of_projects(actor: Actor, project: Column | None) -> list[ColumnElement[bool]]:
    return [project.in_(actor.project_ids)] if project is not None and actor.project_ids else []
