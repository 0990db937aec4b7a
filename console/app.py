"""The console's one script: who looks, the frame around the page, and the page itself."""

import base64
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import streamlit as st

from console import access, pages, panels, queries
from console.access import Denied, Viewer
from console.fonts import faces
from console.templating import show
from imisofts import settings as settings_module
from imisofts.brand import Brand, css
from warehouse.gateway import State

NOTICES: Final[dict[Denied, tuple[str, str]]] = {
    "signed-out": ("You are signed out.", "Your session has ended, or was ended elsewhere."),
    "forbidden": ("The console is for an agency's leadership.", "Your role in this workspace does not include it."),
    "unreachable": ("The service does not answer.", "Nothing is lost; try again in a moment."),
}


def main() -> None:
    """Draw the whole page for whoever looks."""
    st.set_page_config(page_title="Console", layout="wide", initial_sidebar_state="auto")
    settings = settings_module.load()
    viewer = access.current_viewer(settings.public_url)
    if not isinstance(viewer, Viewer):
        title, text = NOTICES[viewer]
        show("theme.html", css=css(Brand()), fonts=faces(settings.assets_path, Brand()))
        show(
            "notice.html", title=title, text=text, link=f"{portal_url(settings.port_base)}/sign-in", link_text="Sign in"
        )
        return
    show("theme.html", css=css(viewer.brand), fonts=faces(settings.assets_path, viewer.brand))
    state = queries.state(viewer)
    header(viewer, state)
    watch(settings.public_url)
    if state.publication is None:
        show("notice.html", title="No figures yet.", text=NOTHING_PUBLISHED, link="", link_text="")
        return
    groups = navigation(viewer, state)
    chosen = st.navigation(groups, position="hidden")
    sidebar(groups)
    chosen.run()
    portal = portal_url(settings.port_base)
    show("foot.html", publication=state.publication, portal=portal, powered=viewer.brand.powered)


def navigation(viewer: Viewer, state: State) -> dict[str, list[Any]]:
    """The viewer's pages under the names of their groups."""
    assert state.publication is not None
    groups: dict[str, list[Any]] = {}
    for page in pages.for_viewer(viewer, state.publication.id):
        draw = partial(drawn, page, viewer, state)
        icon = f":material/{page.icon}:"
        groups.setdefault(page.group, []).append(st.Page(draw, title=page.title, icon=icon, url_path=page.path))
    return groups


def drawn(page: pages.Page, viewer: Viewer, state: State) -> None:
    """Draw the page; what it cannot read outside its panels is told in words like theirs."""
    failed = panels.safely(lambda: page.draw(viewer, state))
    if failed is not None:
        panels.say(failed)


def sidebar(groups: dict[str, list[Any]]) -> None:
    """The pages by job; ours, because Streamlit's own grouped list is none for a screen reader."""
    with st.sidebar.container(gap="xxsmall"):
        for group, found in groups.items():
            show("nav.html", group=group)
            for page in found:
                st.page_link(page, width="stretch")


NOTHING_PUBLISHED: Final = (
    "The pipeline has not published anything, or its audit has not passed yet. Run: imisofts pipeline run"
)


def portal_url(port: int) -> str:
    """The portal on the host that this browser used, so that the same cookie counts there."""
    host = (st.context.headers.get("Host") or "127.0.0.1").rpartition(":")[0] or "127.0.0.1"
    return f"http://{host}:{port}"


def header(viewer: Viewer, state: State) -> None:
    """Workspace, publication, freshness and audit."""
    published = state.publication.published_at if state.publication else None
    logo = access.logo(settings_module.load().public_url, viewer.brand.logo) if viewer.brand.logo else b""
    show(
        "header.html",
        viewer=viewer,
        state=state,
        publication=state.publication,
        published_ago=ago(published) if published else "",
        logo=f"data:image/png;base64,{base64.b64encode(logo).decode()}" if logo else "",
    )


def ago(then: datetime) -> str:
    """``4 minutes ago``, rounded down."""
    seconds = int((datetime.now(UTC) - then).total_seconds())
    for length, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= length:
            count = seconds // length
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"


@st.fragment(run_every=30)
def watch(api_url: str) -> None:
    """Ends an idle page whose session was revoked; redraws it when something is published, held back or goes stale."""
    viewer = access.current_viewer(api_url)
    mark = queries.mark(viewer) if isinstance(viewer, Viewer) else None
    before = st.session_state.get("_seen", mark)
    st.session_state["_seen"] = mark
    if before != mark:
        st.rerun(scope="app")


main()
