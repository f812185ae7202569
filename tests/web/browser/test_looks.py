"""How every screen looks, where a machine can see it: contrast and structure (axe), width, cuts, focus, targets, glance."""

from datetime import datetime

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from akson.app.cast import CAST
from akson.fhir.problem import Problem, ProblemKind
from akson.web.shell.pages import Frame, Pages
from akson.web.shell.problems import problem_page
from akson.web.shell.static_files import Statics
from tests.web.browser.conftest import Readers, shot

pytestmark = pytest.mark.browser
# name -> who reads, where
SCREENS = {
    "login": ("", "/logg-inn"),
    "inbox": ("ida", "/innboks"),
    "nothing waits": ("nadia", "/innboks"),
    "search": ("ida", "/sok?q=a"),
    "no hits": ("omar", "/sok?q=Astrid"),
    "front page": ("ida", "/pasient/astrid"),
    "front page of a caseworker": ("kari", "/innboks"),
    "a name that never ends": ("ida", "/pasient/langnavn"),
    "a name that is a script": ("ida", "/pasient/skurk"),
    "front page as it was known": ("ida", "/pasient/astrid?kjent=2026-01-02T08:00"),
    "measurements": ("ida", "/pasient/astrid/maalinger"),
    "moves": ("ida", "/flytting"),
    "a move begins": ("ida", "/pasient/astrid/flytting"),
    "my moves": ("astrid", "/min/flytting"),
    "notes": ("ida", "/pasient/astrid/notater"),
    "new note": ("ida", "/pasient/astrid/notater/nytt"),
    "plan": ("ida", "/pasient/astrid/plan"),
    "timeline": ("ida", "/pasient/astrid/tidslinje"),
    "messages": ("ida", "/pasient/astrid/meldinger"),
    "documents": ("ida", "/pasient/astrid/dokumenter"),
    "summary": ("ida", "/pasient/astrid/sammendrag"),
    "new message": ("ida", "/pasient/astrid/ny-melding"),
    "report written": ("ida", "/pasient/astrid/ny-melding?type=INNLEGGELSESRAPPORT&til=990202"),
    "medicines reconciled": ("ida", "/pasient/astrid/legemidler/samstemming"),
    "medicines ordered": ("grete", "/pasient/astrid/legemidler/forordning"),
    "medicines on paper": ("ida", "/pasient/astrid/legemidler/utskrift"),
    "citizen's medicines": ("astrid", "/min/legemidler"),
    "citizen's documents": ("astrid", "/min/dokumenter"),
    "citizen's summary": ("astrid", "/min/sammendrag"),
    "own looks": ("ida", "/pasient/astrid/tilgangslogg"),
    "officer's log": ("per", "/pasient/astrid/tilgangslogg"),
    "refusal": ("omar", "/pasient/astrid"),
    "access help": ("omar", "/tilgang"),
    "no page": ("ida", "/finnes/ikke"),
    "emergency": ("nadia", "/nodtilgang"),
    "emergency, other role": ("kari", "/nodtilgang"),
    "own word": ("omar", "/pasient/astrid/helsehjelp"),
    "restricted": ("ida", "/pasient/astrid/sperre"),
    "of others, where nobody is known": ("ida", "/pasient/astrid/andre"),
    "why": ("ida", "/pasient/astrid/hvorfor"),
    "why not": ("omar", "/pasient/astrid/hvorfor"),
    "closings": ("astrid", "/min/sperringer?navn=Siri"),
    "own proxies": ("astrid", "/min/fullmakter"),
    "proxies": ("marit", "/min/fullmakter"),
    "post": ("mats", "/meldinger"),
    "post, search": ("mats", "/meldinger/sok"),
    "post, no hits": ("mats", "/meldinger/sok?id=finnes-ikke"),
    "post, one that was sent": ("mats", "/meldinger/ut/6"),
    "post, one that came": ("mats", "/meldinger/inn/1"),
    "post, failed": ("mats", "/meldinger/feilet"),
    "post, overdue": ("mats", "/meldinger/frist"),
    "post, without patient": ("mats", "/meldinger/uten-pasient"),
    "post, ledger": ("mats", "/meldinger/regnskap"),
    "adoption": ("mats", "/tall/innforing"),
    "today": ("ida", "/i-dag"),
    "round, not loaded": ("ida", "/runde"),
    "handover": ("ida", "/runde/overlapp?timer=4"),
    "in hospital, board": ("kari", "/forlop"),
    "in hospital, stay": ("kari", "/pasient/astrid/forlop"),
    "casework": ("kari", "/pasient/astrid/sak"),
    "citizen": ("astrid", "/min"),
    "verify": ("", "/verifiser/"),
    "citizen's log": ("astrid", "/min/tilgangslogg"),
}
WIDTHS = (1440, 1181, 720, 641, 360, 320)
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# What is wider than its box and cannot be scrolled to is cut. Visually hidden texts are meant to be.
CUT = """() => [...document.querySelectorAll('main *, header *, .banner *')]
  .filter(e => e.clientWidth > 1 && e.scrollWidth > e.clientWidth + 1
    && ['hidden', 'clip'].includes(getComputedStyle(e).overflowX))
  .map(e => e.tagName + '.' + e.className)"""
SMALL = """least => [...document.querySelectorAll('button, summary, nav a, .ds-button, input:not([type=hidden])')]
  .filter(e => e.checkVisibility() && !e.matches('[type=checkbox], [type=radio]'))
  .filter(e => e.getBoundingClientRect().height < least)
  .map(e => e.outerHTML.slice(0, 80) + ' ' + e.getBoundingClientRect().height)"""


async def found_by_axe(page: Page) -> list[str]:
    results = await Axe().run(page, options=AXE)
    return [
        f"{violation['id']}: {violation['help']}: {[node['target'] for node in violation['nodes']][:3]}"
        for violation in results.response["violations"]
    ]


@pytest.mark.parametrize("name", SCREENS)
async def test_it_can_be_read_by_everyone_at_every_width(readers: Readers, name: str) -> None:
    who, path = SCREENS[name]
    page = await readers.page(who)
    await page.goto(path)
    if name == "front page of a caseworker":
        await page.locator("[data-open]").first.click()
        await page.locator(".banner").wait_for()
    faults = await faults_of(page)
    assert not faults, "\n".join(faults)


async def faults_of(page: Page) -> list[str]:
    """What is wrong with the page as it stands, in light and dark, at every width."""
    faults = [f"light: {fault}" for fault in await found_by_axe(page)]
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 800})
        scroll = await page.evaluate("document.documentElement.scrollWidth")
        faults += [f"{width}: scrolls sideways to {scroll}"] if scroll > width else []
        faults += [f"{width}: cut {what}" for what in await page.evaluate(CUT)]
        least = 44 if width <= 360 else 24
        faults += [f"{width}: small {what}" for what in await page.evaluate(SMALL, least)]
    faults += [f"320: {fault}" for fault in await found_by_axe(page)]
    await page.emulate_media(color_scheme="dark")
    await page.set_viewport_size({"width": 1440, "height": 900})
    return faults + [f"dark: {fault}" for fault in await found_by_axe(page)]


async def test_who_what_is_new_and_news2_stand_there_without_scrolling(readers: Readers) -> None:
    page = await readers.page("ida", width=1440, height=900)
    await page.goto("/pasient/astrid")
    for part in (".banner", ".panel.news", "svg.news2"):
        box = await page.locator(part).bounding_box()
        assert box is not None and box["y"] + box["height"] <= 900, part


@pytest.mark.parametrize("path", ["/innboks", "/pasient/astrid", "/sok?q=a"])
async def test_the_focus_can_always_be_seen(readers: Readers, path: str) -> None:
    page = await readers.page("ida")
    await page.goto(path)
    seen, faults = await hidden_focus(page)
    assert seen > 5 and not faults, "\n".join(faults)


async def hidden_focus(page: Page) -> tuple[int, list[str]]:
    """How many places Tab reaches, and those where the focus is not marked, not within the window, or under something."""
    faults, seen = [], 0
    for _ in range(40):
        await page.keyboard.press("Tab")
        found = await page.evaluate(
            """() => {
              const e = document.activeElement;
              if (e === document.body) return null;
              // A hidden radio is marked on its label; the parts of a date are marked by the browser.
              const shown = e.type === 'radio' && e.closest('label') || e, own = e.matches('[type^=date]');
              const r = e.getBoundingClientRect(), s = getComputedStyle(shown);
              const [x, y] = [r.x + Math.min(r.width / 2, 40), r.y + r.height / 2];
              const top = document.elementFromPoint(x, y);
              return { what: e.outerHTML.slice(0, 90), marked: own || s.outlineStyle !== 'none' && s.outlineWidth !== '0px',
                       within: r.y >= 0 && r.bottom <= innerHeight + 1,
                       above: !top || e.contains(top) || top.contains(e) };
            }"""
        )
        if found is None:
            break
        seen += 1
        if not (found["marked"] and found["within"] and found["above"]):
            faults.append(str(found))
    return seen, faults


NOW = datetime.fromisoformat("2026-11-27T08:00:00+00:00")
PROBLEMS = {
    "too often": (Problem(ProblemKind.OVERLOADED, "AKS-IDENTITY-061", ""), {}),
    "the database is away": (Problem(ProblemKind.OVERLOADED, "AKS-STORE-014", ""), {}),
    "the database went": (
        Problem(ProblemKind.OVERLOADED, "AKS-STORE-015", ""),
        {"grunn": "other", "tekst": "Skal gi henne medisin i kveld, og må vite hva hun ikke tåler."},
    ),
}


@pytest.mark.parametrize("name", PROBLEMS)
async def test_a_problem_can_be_read_too(readers: Readers, name: str) -> None:
    """Pages that come when nothing works, made as the house makes them and shown in its place."""
    problem, sent = PROBLEMS[name]
    frame = Frame(node="Storvik kommune", now=NOW, actor=CAST["ida"])
    answer = problem_page(Pages(Statics()), frame, problem, again=("/pasient/astrid/sperre", sent))
    page = await readers.page()
    await page.route("**/sokt", lambda route: route.fulfill(body=answer.body, content_type="text/html"))
    await page.goto("/sokt")
    assert answer.status_code in (429, 503) and answer.headers["retry-after"]
    assert not (faults := await faults_of(page)), "\n".join(faults)
    await shot(page, f"problem-{problem.id}")
