"""HTML of the console comes from templates: escaped, in one folder, never built in Python."""

from functools import cache
from pathlib import Path

import streamlit as st
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from console import language, money


@cache
def _environment() -> Environment:
    folder = Path(__file__).with_name("templates")
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"_": language.tell, "count": language.count, "day": language.day, "instant": language.instant}
    made.globals |= {"unit": money.in_words}
    return made


def show(template: str, **context: object) -> None:
    """Render ``template`` into the page."""
    st.html(_environment().get_template(template).render(context))
