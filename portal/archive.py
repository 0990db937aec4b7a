"""Archiving, asked and done alike for everything that has an archive."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import Response

from imisofts.access import Action
from portal.bulk import Bulk
from portal.confirm import Confirmation
from portal.refusals import or_back
from portal.web import Page, Visit


@dataclass(frozen=True, slots=True)
class ArchiveWords:
    """The question, what archiving takes and leaves, and the sentences afterwards."""

    title: str
    going: str
    staying: str
    button: str
    already: str
    done: str


def archive_pages(
    path: str, action: Action, words: Callable[[str], ArchiveWords], bulk: Bulk | None = None
) -> tuple[Page, Page]:
    """The question and the act for the things listed at ``path``; ``words`` speaks of the one with the given name.
    With ``bulk``, whose verbs bring back, the archiving can be undone."""

    async def ask(visit: Visit) -> Response:
        answer = await visit.api.get(f"{path}/{visit.request.path_params['id']}")
        name, back = str(answer.object["name"]), f"{path}/{answer.object['id']}"
        said = words(name)
        if answer.object["archived"]:
            return visit.leave(back, said.already, "information")
        question = Confirmation(
            title=said.title,
            subject=name,
            going=said.going,
            staying=said.staying,
            button=said.button,
            icon="archive",
            action=f"{back}/archive",
            back=back,
            etag=answer.etag,
        )
        return visit.page("confirm.html", question)

    async def archive(visit: Visit) -> Response:
        back = f"{path}/{visit.request.path_params['id']}"
        with or_back(back):
            await visit.api.delete(back, etag=str(visit.sent.get("etag", "")))
        undo = bulk.back("restore", str(visit.request.path_params["id"])) if bulk else None
        return visit.leave(path, words("").done, undo=undo)

    address = f"{path}/{{id:uuid}}/archive"
    return Page(address, ask, action=action), Page(address, archive, ("POST",), action=action)
