"""What the ledger screen says of partners' books: in words, and nothing of it as markup."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from akson.web.operations.ledger.view import LedgerView, view_of
from akson.web.shell.operations import Operations
from akson.web.shell.pages import WEB
from akson.web.shell.post_desk import Choices, Counts, LedgerPage, Partner, PartnerBook

NOW = datetime(2026, 11, 27, 8, tzinfo=UTC)


@dataclass
class Statics:
    def url(self, name: str) -> str:
        return f"/{name}"


def shown(view: LedgerView) -> str:
    made = Environment(
        loader=FileSystemLoader(WEB),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    made.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    made.globals.update({"static": Statics().url, "icon": lambda name: name})  # type: ignore[no-matching-overload]
    made.filters.update(sentence=str.capitalize)
    template: Any = made.get_template("operations/ledger/template.html")
    return "".join(template.blocks["content"](template.new_context({"view": view})))


def test_agreeing_differing_and_silent_partners_are_told_apart() -> None:
    def partner(her: str, name: str) -> Partner:
        return Partner(her=her, name=name)

    books = (
        PartnerBook(
            partner("990102", "Lillefjord"), NOW - timedelta(minutes=5), ("Melding <8f01> mangler.",), False
        ),
        PartnerBook(partner("990202", "Havnes"), NOW, (), True),
        PartnerBook(partner("990302", "Torget"), None, (), True),
    )
    ops = Operations((), Counts(0, 0, 0, 0, 0), "", "", NOW)
    asked = {"partner": "", "type": "", "dag": ""}
    page = LedgerPage("0 uredegjort", 0, (), (), books)
    text = shown(view_of(ops, asked, "", Choices((), (), ()), page, "/x.csv"))
    assert "1 forskjell" in text and "Melding &lt;8f01&gt; mangler." in text
    assert (
        text.count("svarer ikke nå") == 2 and "bøkene er enige" in text and "ikke sammenlignet ennå" in text
    )
    none = LedgerPage("0 uredegjort", 0, (), ())
    assert "partnernes bøker" not in shown(view_of(ops, asked, "", Choices((), (), ()), none, "/x.csv"))
