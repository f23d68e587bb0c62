"""Sections become a page: templates with every value escaped, and the style inside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sidelight.report import _text

FILTERS = ("number", "cell", "some", "share", "arm_title")


@dataclass(frozen=True)
class Section:
    """A section of a page.

    Attributes:
        name: Of its template, and where links to it lead.
        title: Its heading.
        context: What its template shows.
        anchor: Where links lead, if several sections share a template.
    """

    name: str
    title: str
    context: Mapping[str, Any]
    anchor: str = ""


def render_page(title: str, head: Section, sections: list[Section]) -> str:
    """Return a page as one HTML text.

    Args:
        title: Of the browser's tab.
        head: What stands first, above the table of contents.
        sections: The others, in their order.
    """
    templates = _templates()
    style, _, _ = templates.loader.get_source(templates, "style.css")  # type: ignore[union-attr]
    shown = [
        {"name": s.anchor or s.name, "title": s.title, "body": _body(s)}
        for s in sections
    ]
    return templates.get_template("page.html").render(
        title=title, style=Markup(style), head=_body(head), sections=shown
    )


def _body(section: Section) -> Markup:
    template = _templates().get_template(f"{section.name}.html")
    return Markup(template.render(**section.context))


@cache
def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("sidelight.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {name: getattr(_text, name) for name in FILTERS}
    return made
