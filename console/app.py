"""The console's one script: who looks, the frame around the page, and the page itself."""

import base64
from datetime import UTC, datetime
from functools import partial
from typing import Any

import streamlit as st

from console import access, language, pages, panels, queries
from console.access import Denied, Viewer
from console.fonts import faces
from console.language import tell as _
from console.templating import show
from imisofts import settings as settings_module
from imisofts.brand import Brand, css
from warehouse.gateway import State


def notice(denied: Denied) -> tuple[str, str]:
    """What is said to who may not look, and why."""
    said: dict[Denied, tuple[str, str]] = {
        "signed-out": (_("You are signed out."), _("Your session has ended, or was ended elsewhere.")),
        "forbidden": (
            _("The console is for an agency's leadership."),
            _("Your role in this workspace does not include it."),
        ),
        "unreachable": (_("The service does not answer."), _("Nothing is lost; try again in a moment.")),
    }
    return said[denied]


def main() -> None:
    """Draw the whole page for whoever looks."""
    st.set_page_config(page_title="Console", layout="wide", initial_sidebar_state="auto")
    settings = settings_module.load()
    viewer = access.current_viewer(settings.public_url)
    language.speak(viewer.locale if isinstance(viewer, Viewer) else st.context.locale)
    if not isinstance(viewer, Viewer):
        title, text = notice(viewer)
        show("theme.html", css=css(Brand()), fonts=faces(settings.assets_path, Brand()))
        show(
            "notice.html",
            title=title,
            text=text,
            link=f"{portal_url(settings.port_base)}/sign-in",
            link_text=_("Sign in"),
        )
        return
    show("theme.html", css=css(viewer.brand), fonts=faces(settings.assets_path, viewer.brand))
    state = queries.state(viewer)
    header(viewer, state)
    watch(settings.public_url)
    if state.publication is None:
        show("notice.html", title=_("No figures yet."), text=nothing_published(), link="", link_text="")
        return
    groups = navigation(viewer, state)
    chosen = st.navigation(groups, position="hidden")
    sidebar(groups)
    chosen.run()
    portal = portal_url(settings.port_base)
    show("foot.html", publication=state.publication, portal=portal, powered=viewer.brand.powered_by)


def navigation(viewer: Viewer, state: State) -> dict[str, list[Any]]:
    """The viewer's pages under the names of their groups."""
    assert state.publication is not None
    groups: dict[str, list[Any]] = {}
    for page in pages.for_viewer(viewer, state.publication.id):
        draw = partial(drawn, page, viewer, state)
        icon = f":material/{page.icon}:"
        groups.setdefault(page.group(), []).append(st.Page(draw, title=page.title(), icon=icon, url_path=page.path))
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


def nothing_published() -> str:
    """Why there are no figures, and what makes some."""
    return _("The pipeline has not published anything, or its audit has not passed yet. Run: imisofts pipeline run")


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
    if seconds >= 86_400:
        return language.count("{number} day ago", "{number} days ago", seconds // 86_400)
    if seconds >= 3_600:
        return language.count("{number} hour ago", "{number} hours ago", seconds // 3_600)
    if seconds >= 60:
        return language.count("{number} minute ago", "{number} minutes ago", seconds // 60)
    return _("just now")


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
