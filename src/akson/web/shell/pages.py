"""Templates to pages: one Jinja environment, strict about what is missing, and the frame around each page.

A template gets `view` (its screen's frozen view) and `frame` (what the top of the page shows). Loading data does
not belong here.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from akson.access.actor import Actor
from akson.care.quantities import number_words
from akson.web.shell import words
from akson.web.shell.icons import icon
from akson.web.shell.language import catalogue
from akson.web.shell.static_files import Statics

WEB = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class SessionMarks:
    """A session in the page's markup: nothing of it opens anything without the browser's key."""

    name: str
    """What its proofs name: its id, or for one that is not bound yet, its form token."""
    standing: str
    bound: bool
    has_pin: bool
    lock_after_s: int


@dataclass(frozen=True, slots=True)
class Frame:
    """The top of a page: where we are, who is here, and the token of her forms."""

    node: str
    now: datetime
    actor: Actor | None = None
    token: str = ""
    waiting: int | None = None
    """Open items in her inbox; None where it is not shown."""
    demo: bool = False
    session: SessionMarks | None = None
    """What `session.js` works with; None where nobody is logged in."""
    apps: bool = False
    """Whether any app can be opened from a record."""
    others: bool = False
    """Whether other enterprises can be asked from here."""


def _environment(statics: Statics, language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(WEB),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    environment.install_gettext_translations(catalogue(language), newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update({"static": statics.url, "icon": icon})  # type: ignore[no-matching-overload]
    environment.filters.update(
        age=words.age,
        birth_day=words.birth_day,
        clock=words.clock,
        day=words.day,
        long_day=words.long_day,
        moment=words.moment,
        national_id=words.national_id,
        number=number_words,
        phone=words.phone,
        role=words.role,
        sentence=words.sentence,
        role_word=words.role_word,
        short_day=words.short_day,
    )
    return environment


class Pages:
    def __init__(self, statics: Statics, language: str = "nb") -> None:
        self._environment = _environment(statics, language)
        self.static = statics.url

    def text(self, template: str, **values: Any) -> str:
        """The rendered template, e.g. `workspace/inbox/template.html`."""
        return self._environment.get_template(template).render(**values)

    def page(
        self, template: str, frame: Frame, view: Any, *, status: int = 200, fragment: bool = False
    ) -> HTMLResponse:
        """`fragment`: only what htmx swaps, which then carries what else on the page must change with it."""
        text = self.text(template, frame=frame, view=view, fragment=fragment)
        return HTMLResponse(text, status_code=status)
