"""HTML of the console comes from templates: escaped, in one folder, never built in Python."""

from functools import cache
from pathlib import Path

import streamlit as st
from jinja2 import Environment, FileSystemLoader, StrictUndefined


@cache
def _environment() -> Environment:
    folder = Path(__file__).with_name("templates")
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def show(template: str, **context: object) -> None:
    """Render ``template`` into the page."""
    st.html(_environment().get_template(template).render(context))
