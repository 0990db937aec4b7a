"""How an agency looks to its clients, set on one page beside what it will look like."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from starlette.datastructures import UploadFile
from starlette.responses import Response

from imisofts.access import Action
from imisofts.brand import FONTS, font_sheet, font_slug
from portal import merge, security
from portal.door import FORM_REFUSALS, Answer, Problem, Refusal
from portal.forms import Form, typed, with_problem
from portal.language import gettext as _
from portal.web import Page, Visit

PATH = "/settings/brand"
FIELDS = ("name", "accent", "second", "font_family", "sender_name", "reply_to", "footer", "legal")
LOOK = ("name", "accent", "second", "font_family", "footer", "legal", "powered_by")
"""What the previews show of it while it is typed."""
MAX_PICTURE = 3 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Faint:
    """A colour that is hard to read: its field and name in words, its contrast, and the nearest shade that is not."""

    field: str
    label: str
    shade: str
    contrast: float
    nearest: str


@dataclass(frozen=True, slots=True)
class Typeface:
    """A font to choose: its name, the class that wears it, and the built sheet that has both (empty: every page's)."""

    name: str
    slug: str
    sheet: str


@dataclass(frozen=True, slots=True)
class BrandPage:
    """Everything on the page; ``logo`` and ``favicon`` are hashes, ``look`` is the query of the previews."""

    form: Form
    style: Form
    picture: Form
    faint: tuple[Faint, ...]
    fonts: tuple[Typeface, ...]
    logo: str
    favicon: str
    etag: str
    look: str
    white_label: bool


async def show_brand(visit: Visit) -> Response:
    """The page as things are."""
    return await _page(visit, await visit.api.get("/workspace/brand"))


def _stored(row: Answer) -> Form:
    values = {name: str(row.object[name] or "") for name in FIELDS}
    values["two_colours"] = "1" if values["second"] else ""
    return Form({**values, "second": values["second"] or values["accent"], "powered_by": _flag(row)})


def _flag(row: Answer) -> str:
    return "1" if row.object["powered_by"] else ""


async def _page(
    visit: Visit,
    row: Answer,
    *,
    form: Form | None = None,
    style: Form | None = None,
    picture: Form | None = None,
    status: int = 200,
) -> Response:
    found = row.object
    labels = {"accent": _("Main colour"), "second": _("Second colour")}
    shown = form or _stored(row)
    page = BrandPage(
        form=shown,
        style=style or Form({"css": found["css"]}),
        picture=picture or Form(),
        faint=tuple(
            Faint(one["field"], labels[one["field"]], found[one["field"]], one["contrast"], one["nearest"])
            for one in found["warnings"]
        ),
        fonts=tuple(Typeface(name, font_slug(name), font_sheet(name)) for name in FONTS),
        logo=found["logo"] or "",
        favicon=found["favicon"] or "",
        etag=row.etag,
        look=urlencode(drafted(shown)),
        white_label=found["white_label"],
    )
    answer = visit.page("settings/brand.html", page, status)
    policy = security.policy(visit.request.state.nonce)
    answer.headers["Content-Security-Policy"] = f"{policy}; frame-src 'self'"  # the previews beside the forms
    return answer


def drafted(form: Form) -> dict[str, str]:
    """What the form's values say of the look; a second colour counts where it is switched on."""
    second = form.value("second") if form.value("two_colours") else ""
    return {**{name: form.value(name) for name in LOOK}, "second": second, "powered_by": form.value("powered_by")}


async def change_brand(visit: Visit) -> Response:
    """Save words and colours."""
    form = typed(visit.sent.multi_items())
    second = form.value("second") if form.value("two_colours") else ""
    body: dict[str, object] = {name: form.value(name) for name in FIELDS}
    body |= {"second": second, "powered_by": bool(form.value("powered_by"))}
    try:
        await visit.api.patch("/workspace/brand", json=body, etag=form.value("etag"))
    except Problem as problem:
        if problem.status == 412:
            row = await visit.api.get("/workspace/brand")
            return await merge.ask(visit, form, _stored(row), row.etag, _merged(), _subject())
        return await _refused(visit, problem, form=with_problem(form, problem.detail, problem.fields, FIELDS))
    return visit.leave(PATH, _("Saved. Your clients see it from their next page on."))


def _subject() -> merge.Subject:
    return merge.Subject(_("Brand"), "", PATH)


def _merged() -> tuple[merge.Field, ...]:
    return (
        merge.Field("name", _("Name that clients see")),
        merge.Field("accent", _("Main colour")),
        merge.Field("two_colours", _("Use the second colour in charts and on reports"), yes_no=True),
        merge.Field("second", _("Second colour")),
        merge.Field("font_family", _("Font")),
        merge.Field("sender_name", _("Sender of mails")),
        merge.Field("reply_to", _("Answers go to")),
        merge.Field("footer", _("Line at the foot")),
        merge.Field("legal", _("Legal lines")),
        merge.Field("powered_by", _("Name imisofts at the foot"), yes_no=True),
    )


async def take_shade(visit: Visit) -> Response:
    """The nearest shade that everybody can read, in one step."""
    field, shade, etag = (str(visit.sent.get(name, "")) for name in ("field", "shade", "etag"))
    if field not in {"accent", "second"}:
        raise Problem(422, "malformed", _("Go back and try again."))
    try:
        await visit.api.patch("/workspace/brand", json={field: shade}, etag=etag)
    except Refusal as problem:
        return visit.leave(PATH, _words(problem), "bad")
    return visit.leave(PATH, _("Saved. Everybody can read this shade."))


async def change_style(visit: Visit) -> Response:
    """Save own styles, or say which line may not be there."""
    form = typed(visit.sent.multi_items())
    sent = str(visit.sent.get("css", ""))
    try:
        await visit.api.patch("/workspace/brand", json={"css": sent}, etag=str(visit.sent.get("etag", "")))
    except Problem as problem:
        if problem.status == 412:
            row = await visit.api.get("/workspace/brand")
            field = merge.Field("css", _("Own styles"))
            return await merge.ask(visit, form, Form({"css": row.object["css"]}), row.etag, (field,), _subject())
        style = with_problem(Form({"css": sent}), problem.detail, problem.fields, ("css",))
        return await _refused(visit, problem, style=style)
    return visit.leave(PATH, _("Saved. Your clients see it from their next page on."))


async def put_picture(visit: Visit) -> Response:
    """Another logo or favicon."""
    kind, file = _kind(visit), visit.sent.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        picture = Form().failed(kind, _("Choose a picture first."))
        return await _page(visit, await visit.api.get("/workspace/brand"), picture=picture, status=422)
    sent = (file.filename, await file.read())
    etag = str(visit.sent.get("etag", ""))
    try:
        await visit.api.upload(f"/workspace/brand/{kind}", {}, sent, method="PUT", etag=etag)
    except Problem as problem:
        return await _refused(visit, problem, picture=Form().failed(kind, _words(problem)))
    return visit.leave(PATH, _("Saved. The picture was drawn anew from your file."))


async def remove_picture(visit: Visit) -> Response:
    """No logo or favicon any more."""
    try:
        await visit.api.delete(f"/workspace/brand/{_kind(visit)}", etag=str(visit.sent.get("etag", "")))
    except Problem as problem:
        if problem.status not in {*FORM_REFUSALS, 404}:
            raise
        return visit.leave(PATH, _words(problem), "bad")
    return visit.leave(PATH, _("Taken away. The letters of your name stand there now."))


def _words(problem: Problem) -> str:
    """Why nothing was saved; a file that was sent is not kept."""
    if problem.status == 412:
        return _("Somebody else changed the brand meanwhile. Look at what stands here now, then do it again.")
    return problem.detail


def _kind(visit: Visit) -> str:
    kind = str(visit.request.path_params["kind"])
    if kind not in {"logo", "favicon"}:
        raise Problem(404, "not_found", "")
    return kind


async def _refused(
    visit: Visit, problem: Problem, *, form: Form | None = None, style: Form | None = None, picture: Form | None = None
) -> Response:
    """The page once more with what was typed and what is wrong with it."""
    if problem.status not in {*FORM_REFUSALS, 413}:
        raise problem
    row = await visit.api.get("/workspace/brand")
    if form is not None:
        form = replace(form, values={**_stored(row).values, **form.values})
    return await _page(visit, row, form=form, style=style, picture=picture, status=problem.status)


ROUTES = (
    Page(PATH, show_brand, action=Action.workspace_manage),
    Page(PATH, change_brand, ("POST",), action=Action.workspace_manage),
    Page(f"{PATH}/shade", take_shade, ("POST",), action=Action.workspace_manage),
    Page(f"{PATH}/style", change_style, ("POST",), action=Action.workspace_manage),
    Page(f"{PATH}/{{kind}}", put_picture, ("POST",), action=Action.workspace_manage, largest=MAX_PICTURE),
    Page(f"{PATH}/{{kind}}/remove", remove_picture, ("POST",), action=Action.workspace_manage),
)
