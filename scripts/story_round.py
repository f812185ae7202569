"""Plays Ida's morning with Astrid in a real browser, the server killed in the middle, and judges it: `make story-round`.

    python scripts/story_round.py [--quick]        --quick: without the engine's benchmark (criterion 1 fails)

A node of its own with demo data on a free port, in a temporary folder. Two browsers: the office's screen, and the phone,
which has a profile on the disk. Exit code 1 when a criterion fails. What is judged: round_criteria.py; why: docs/adr/0214.
"""

import argparse
import asyncio
import json
import os
import shutil
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Playwright, async_playwright
from playwright.async_api import Error as PlaywrightError
from round_criteria import KEYS, Seen, judge, lines
from round_node import Node
from round_phone import CONTROLS, NOT_HOME, NOTE, PIN, PULSE, SEND_AGAIN, WAIT_MS, WAYS_IN, WRONG_PIN, Phone
from screenshots import (
    CHROMIUM_ARGUMENTS,
    CHROMIUM_NAMES,
    Picture,
    log_in,
    said,
    told,
    wait_for_message,
)

import akson_verify
from akson.care.round.writing import MARK, OPERATION

WAIT_S = 60
COLLEAGUE_SAID = "Datteren lager middag"
OFFLINE_WORDS = "Så på deg uten nett"
NATIONAL_ID = "urn:oid:2.16.578.1.12.4.1.4.1"
DOSE_KEY = "https://akson.no/fhir/NamingSystem/planned-dose"
UNIT = {"reference": "Organization/hjemmetjenesten-ost", "display": "Hjemmetjenesten Øst"}
NEIGHBOURS = {
    "nabo-moved": ("Ugletveit", "Tordivelia 17", "12854200281"),
    "nabo-cancelled": ("Bekkasinsen", "Rugdeveien 4", "01813400190"),
    "nabo-conflict": ("Fiskeørnsen", "Lommeveien 9", "05824100153"),
}
VISITS = {
    "runde-done": ("astrid", "Morgenstell og legemidler"),
    "runde-moved": ("nabo-moved", "Morgenstell"),
    "runde-cancelled": ("nabo-cancelled", "Frokost"),
    "runde-conflict": ("nabo-conflict", "Middag"),
    "runde-open": ("astrid", "Tilsyn"),
}
"""Ida's visits of the morning, named by what becomes of them -> whose, and what is to be done."""
CHOICES = {"Furosemid": "Endre til 80 mg", "Ibuprofen": "Hold seponert", "Ramipril": "Seponer"}
"""As Ida judges what the hospital and the daughter say; what is not here she leaves to the doctor (`Avklar`)."""
COUNTING = """
for (const kind of ["keydown", "click"]) addEventListener(kind, (event) => {
  const hers = event.isTrusted && !event.repeat && (kind === "keydown" || event.detail > 0);
  if (hers) sessionStorage.pressed = Number(sessionStorage.pressed ?? 0) + 1;
}, { capture: true });
"""


def planned() -> list[dict[str, Any]]:
    """The neighbours and the morning's visits, from two and a half hours ago: they are on the list whatever the clock is."""
    made: list[dict[str, Any]] = []
    for id, (family, street, number) in NEIGHBOURS.items():
        subject = {"reference": f"Patient/{id}"}
        made += [
            {
                "resourceType": "Patient",
                "id": id,
                "identifier": [{"system": NATIONAL_ID, "value": number}],
                "name": [{"family": family, "given": ["Prøve"]}],
                "birthDate": "1942-05-12",
                "address": [{"use": "home", "line": [street]}],
            },
            {
                "resourceType": "EpisodeOfCare",
                "id": f"{id}-vedtak",
                "status": "active",
                "patient": subject,
                "managingOrganization": UNIT,
                "period": {"start": "2026-01-03"},
            },
        ]
    start = datetime.now(UTC) - timedelta(minutes=150)
    for number, (id, (patient, what)) in enumerate(VISITS.items()):
        at = start + timedelta(minutes=10 * number)
        made.append(
            {
                "resourceType": "Appointment",
                "id": id,
                "status": "booked",
                "serviceCategory": [
                    {"coding": [{"system": "https://akson.no/fhir/CodeSystem/casework", "code": "visit"}]}
                ],
                "description": what,
                "start": at.isoformat(),
                "end": (at + timedelta(minutes=10)).isoformat(),
                "extension": [
                    {
                        "url": "https://akson.no/fhir/StructureDefinition/responsible-unit",
                        "valueReference": UNIT,
                    }
                ],
                "participant": [{"actor": {"reference": f"Patient/{patient}"}, "status": "accepted"}],
            }
        )
    return made


def versions(node: Node) -> dict[str, str]:
    """Her list and its lines as they stand."""
    found = [
        *node.found("List?patient=astrid&_count=100"),
        *node.found("MedicationStatement?patient=astrid&_count=200"),
    ]
    return {
        f"{r['resourceType']}/{r['id']}": r["meta"]["versionId"] for r in found if r.get("mode") != "snapshot"
    }


async def reconciled(browser: Browser, node: Node, seen: Seen) -> None:
    page = await log_in(browser, node.address, Picture("", "ida", ""))
    page.set_default_timeout(WAIT_MS)
    await page.add_init_script(COUNTING)
    before = versions(node)
    await page.goto("/pasient/astrid/legemidler/samstemming")
    opened = time.monotonic()
    rows = page.locator("[data-recon-row]")
    seen.differences, seen.chosen_beforehand = (
        await rows.count(),
        await page.locator(".pick :checked").count(),
    )
    for number in range(seen.differences):
        name = (await rows.nth(number).locator(".drug").inner_text()).strip()
        labels = [t.strip() for t in await rows.nth(number).locator(".pick label span").all_inner_texts()]
        await page.keyboard.press(str(labels.index(CHOICES.get(name, "Avklar")) + 1))
    await page.locator("[data-recon-sign]:focus").wait_for()
    await page.locator("#recon-sum").filter(has_text="1 skal avklares").wait_for()
    chosen = versions(node)
    seen.changed_before_signing = sorted(k for k, v in before.items() if chosen.get(k) != v)
    await page.keyboard.press("Enter")
    await page.locator("main").filter(has_text="Lista er signert").wait_for()
    seen.reconcile_s = time.monotonic() - opened
    seen.interactions = int(await page.evaluate("sessionStorage.pressed ?? 0"))
    after = versions(node)
    seen.changed_after_signing = sum(after.get(k) != v for k, v in chosen.items())
    await page.context.close()


def called_off(node: Node) -> None:
    """Siri, on the telephone in the office, while Ida drives."""
    (visit,) = node.found("Appointment?_id=runde-conflict")
    node.put({**visit, "status": "cancelled", "cancelationReason": {"text": COLLEAGUE_SAID}}, "siri")


def carried(node: Node, phone: Phone, seen: Seen) -> list[str]:
    """Judges the package; gives every text in it, and what must not be in it, as markers to look for."""
    box = phone.packages[-1]
    seen.hours = (
        datetime.fromisoformat(box["ends"]) - datetime.fromisoformat(box["made"])
    ).total_seconds() / 3600
    seen.patients = len(box["people"])
    ids = list(box["people"])
    persons = [
        p
        for n in range(0, len(ids), 20)
        for p in node.found(f"Patient?_id={','.join(ids[n : n + 20])}&_count=50")
    ]
    numbers = [
        str(i.get("value"))
        for p in persons
        for i in p.get("identifier") or ()
        if i.get("system") == NATIONAL_ID
    ]
    assert len(persons) == len(ids) and numbers
    text = json.dumps(box, ensure_ascii=False)
    seen.national_ids = sum(number in text for number in numbers)
    markers = {NOTE, PIN, *numbers, *(family for family, _, _ in NEIGHBOURS.values())}
    for her in (her for package in phone.packages for her in package["people"].values()):
        markers |= {her["name"], her["birth"], her["address"], her["phone"]}
        markers |= {*her["medicines"], *her["alerts"], *her["problems"]}
    markers.add(box["people"]["astrid"]["name"].partition(",")[0])
    return sorted(m for m in markers if len(m) >= len(PIN))


def readable(profile: Path, markers: list[str]) -> tuple[list[str], bool]:
    """Which markers stand in a file, and whether both controls do: one in each of the stores that a page has."""
    ways = {m: _written(m) for m in (*markers, *CONTROLS)}
    told = set()
    for path in (p for p in profile.rglob("*") if p.is_file()):
        data = path.read_bytes()
        told |= {m for m, written in ways.items() if any(w in data for w in written)}
    return sorted(told - set(CONTROLS)), told >= set(CONTROLS)


def _written(text: str) -> set[bytes]:
    """As files hold text, as V8 keeps it (one byte a letter where that will do, else two), and as JSON escapes it."""
    ways = {text.encode(), text.encode("utf-16-le"), json.dumps(text)[1:-1].encode()}
    return ways | ({text.encode("latin-1")} if text.isascii() or max(text) < "\u0100" else set())


def arrived(node: Node, phone: Phone, seen: Seen) -> None:
    """Each operation against the record: a visit by its mark, since the one in place of a moved has the same identifier."""
    operations = {op["id"]: op for body in phone.sent for op in body["operations"]}
    for id in operations:
        stands = [
            r
            for t in ("Observation", "ClinicalImpression", "Task")
            for r in node.found(f"{t}?identifier={OPERATION}|{id}")
        ]
        visits = [
            v
            for v in node.found(f"Appointment?identifier={OPERATION}|{id}")
            if id in json.dumps(v.get("extension", []))
        ]
        seen.sent = {**seen.sent, id: len(stands) + sum(MARK in json.dumps(v["extension"]) for v in visits)}
    visit = {id: node.found(f"Appointment?_id={id}")[0] for id in VISITS}
    again = [v for v in node.found("Appointment?patient=nabo-moved") if v["id"] != "runde-moved"]
    pulses = [o for o in node.found("Observation?patient=astrid&_count=500") if _of_round(o)]
    notes = [
        n for n in node.found("ClinicalImpression?patient=astrid&_count=500") if n.get("summary") == NOTE
    ]
    seen.truth = {
        "utført": visit["runde-done"]["status"] == "fulfilled",
        "én ny tid for det flyttede": [v["status"] for v in again] == ["booked"]
        and visit["runde-moved"]["status"] == "cancelled",
        "avlyst med grunn": visit["runde-cancelled"].get("cancelationReason", {}).get("text") == NOT_HOME,
        f"puls {PULSE} én gang": [str(o["valueQuantity"]["value"]) for o in pulses] == [PULSE],
        "notatet én gang": len(notes) == 1,
        "det urørte er åpent": visit["runde-open"]["status"] == "booked",
    }
    items = node.found("Task?code=round-conflict&patient=nabo-conflict")
    seen.conflicts = len(items)
    seen.conflict_owner = next((str(t["owner"].get("display", "")) for t in items if t.get("owner")), "")
    seen.overwritten = visit["runde-conflict"].get("cancelationReason", {}).get("text") != COLLEAGUE_SAID
    seen.overwritten |= visit["runde-conflict"]["status"] != "cancelled"


def _of_round(resource: dict[str, Any]) -> bool:
    return any(i.get("system") == OPERATION for i in resource.get("identifier") or ())


def accounted(node: Node, phone: Phone, seen: Seen) -> None:
    """Every visit of the package and the one that came in place of another, by status; the truth from what was done."""
    states = Counter(v["state"] for v in phone.packages[-1]["visits"])
    seen.expected = (states["done"] + 1, 1, states["cancelled"] + 2, states["open"] - 4 + 1)
    ids = [v["id"] for v in phone.packages[-1]["visits"]]
    visits = [
        v
        for n in range(0, len(ids), 20)
        for v in node.found(f"Appointment?_id={','.join(ids[n : n + 20])}&_count=50")
    ]
    visits += [v for v in node.found("Appointment?patient=nabo-moved") if v["id"] not in ids]
    seen.planned = len(visits)
    for visit in visits:
        reason = visit.get("cancelationReason") or {}
        if visit["status"] == "fulfilled":
            seen.done += 1
        elif visit["status"] in ("cancelled", "noshow"):
            moved = any(c.get("code") == "moved" for c in reason.get("coding") or ())
            seen.moved += moved
            seen.cancelled += not moved and bool(reason)
        elif visit["status"] == "booked":
            seen.open += 1


async def dosed(browser: Browser, node: Node, seen: Seen) -> None:
    """Ida gives three doses; Siri, whose page is older, says another thing of the first of them."""
    ida, siri = [await log_in(browser, node.address, Picture("", who, "")) for who in ("ida", "siri")]
    for page in (ida, siri):
        await page.goto("/pasient/astrid/utdeling")
    seen.doses = await ida.locator(".doses:not(.needed) li").count()
    key = await ida.locator("form.acts input[name=dose]").first.get_attribute("value")
    for _ in range(3):
        await ida.locator('form.acts button[value="gitt"]').first.click()
        await ida.get_by_text("Dosen er ført som gitt.").wait_for()
    hers = siri.locator(f'form.acts:has(input[value="{key}"])')
    await hers.locator("summary").click()
    await hers.locator('button[value="ville-ikke"]').click()
    seen.second_said = (await siri.locator(".said-no").inner_text()).strip()
    keys: Counter[str] = Counter()
    for one in node.found("MedicationAdministration?patient=astrid&_count=500"):
        if one["status"] != "entered-in-error":
            keys.update(i["value"] for i in one.get("identifier") or () if i.get("system") == DOSE_KEY)
    seen.doses_answered, seen.doses_twice = len(keys), [k for k, times in keys.items() if times > 1]
    for page in (ida, siri):
        await page.context.close()


async def logged(browser: Browser, node: Node, phone: Phone, seen: Seen) -> None:
    """By the proof that Astrid may download, checked as she would check it; and as she reads it on her own page."""
    views = {(body["device"], v[0]) for body in phone.sent for v in body["views"] if v[1] == "astrid"}
    seen.views_sent = len(views)
    deadline = time.monotonic() + WAIT_S
    while seen.views_logged < seen.views_sent and time.monotonic() < deadline:
        checked = akson_verify.check(node.akson("log", "proof", "astrid", "--as", "astrid").encode())
        seen.views_logged = sum(OFFLINE_WORDS in line for line in checked.events) if checked.accepted else 0
        await asyncio.sleep(0.5)
    page = await log_in(browser, node.address, Picture("", "astrid", ""))
    await page.goto("/min/tilgangslogg")
    seen.views_shown = (await page.locator("main").inner_text()).count(OFFLINE_WORDS)
    await page.context.close()


async def home(browser: Browser, node: Node) -> None:
    """The hospital has said that she is ready, and that she has left: her list is changed, and her visits go on."""
    await wait_for_message(browser, node.address)
    for kind in ("ready", "discharged"):
        told(node.data, kind)
    await said(browser, node.address, "ida", "/pasient/astrid/forlop", "Besøk i gang igjen")


def tell(words: str) -> None:
    print(f"  {words}", flush=True)


async def morning(playwright: Playwright, node: Node, folder: Path, seen: Seen) -> None:
    executable = next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)
    if not executable:
        raise SystemExit("Ingen Chromium her: apt install chromium, og så `make story-round` igjen.")
    office = await playwright.chromium.launch(executable_path=executable, args=CHROMIUM_ARGUMENTS)
    await home(office, node)
    bundle = folder / "morgen.json"
    entries = [
        {"resource": r, "request": {"method": "PUT", "url": f"{r['resourceType']}/{r['id']}"}}
        for r in planned()
    ]
    bundle.write_text(
        json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}), "utf-8"
    )
    node.akson("load", str(bundle))
    tell("Astrid er hjemme fra sykehuset, med ny epikrise. Datteren har fortalt hva som ligger i dosetten.")
    context = await playwright.chromium.launch_persistent_context(
        folder / "profile",
        executable_path=executable,
        args=CHROMIUM_ARGUMENTS,
        viewport={"width": 360, "height": 780},
        locale="nb-NO",
    )
    phone = Phone(context, node, folder / "profile")
    await phone.loaded()
    tell("Ida logger inn og henter dagens liste på telefonen, med en PIN-kode for vakten.")
    await reconciled(office, node, seen)
    await phone.loaded_again()
    markers = carried(node, phone, seen)
    tell("Hun samstemmer Astrids liste med taster, signerer, og henter listen på nytt.")
    called_off(node)
    node.kill()
    tell("Siri avlyser et besøk fra kontoret. Så blir serveren drept, og nettet er borte.")
    await offline(phone, seen)
    seized = Path(
        shutil.copytree(
            phone.profile,
            folder / "seized",
            ignore_dangling_symlinks=True,
            ignore=shutil.ignore_patterns("Singleton*"),
        )
    )
    tell(
        "Ida går runden: gjort, flyttet, ikke hjemme, puls og notat. Telefonen lukkes og åpnes, og en kopi av den tas."
    )
    node.start()
    await phone.page.locator("#round-net").filter(has_text="Alt er sendt").wait_for()
    tell("Serveren er tilbake, og telefonen har sendt alt av seg selv. Alt sendes en gang til.")
    answers: dict[str, str] = {}
    for body in list(phone.sent):
        answers |= (await phone.page.evaluate(SEND_AGAIN, json.dumps(body)))["answers"]
    seen.second_answers = Counter(answers.values())
    arrived(node, phone, seen)
    accounted(node, phone, seen)
    await logged(office, node, phone, seen)
    await dosed(office, node, seen)
    tell("Ida gir doser. Siri, med en eldre side oppe, fører noe annet om den første.")
    seen.logins = phone.logins
    await phone.page.goto("about:blank")
    await context.close()
    await office.close()
    found = [readable(place, markers) for place in (seized, phone.profile)]
    seen.markers = len(markers)
    seen.readable = sorted({m for told, _ in found for m in told})
    seen.control_found = all(control for _, control in found)


async def offline(phone: Phone, seen: Seen) -> None:
    """With the server dead: the page is loaded anew, opened, worked on, closed and opened again."""
    await phone.page.reload()
    await phone.unlocked()
    shown = await phone.medicines()
    held = phone.packages[-1]["people"]["astrid"]["medicines"]
    seen.medicines_shown, seen.medicines_held = len(set(shown) & set(held)), len(held)
    seen.next_list = [line for line in shown if any(name in line for name in (*CHOICES, "Spironolakton"))]
    seen.next_meant = {
        "Furosemid 80 mg": True,
        "Furosemid 40 mg": False,
        "Ramipril": False,
        "Ibuprofen": False,
    }
    out, opened = await phone.page.evaluate(WAYS_IN, [PIN, WRONG_PIN])
    seen.key_taken_out, seen.opened = out, dict(zip(KEYS, opened, strict=True))
    await phone.works()
    seen.resumes_s = await phone.resumed()
    await phone.page.reload()
    await phone.unlocked()
    names = {id: her["name"] for id, her in phone.packages[-1]["people"].items()}
    meant = {
        "gjort": (names["astrid"], "Besøk utført"),
        "måling": (names["astrid"], f"Puls {PULSE}"),
        "notat": (names["astrid"], NOTE),
        "flyttet": (names["nabo-moved"], "Besøk flyttet til"),
        "avlyst": (names["nabo-cancelled"], NOT_HOME),
        "gjort, det Siri avlyste": (names["nabo-conflict"], "Besøk utført"),
    }
    stands = await phone.unsent()
    seen.meant_offline = list(meant)
    seen.done_offline = [
        what for what, words in meant.items() if sum(all(w in line for w in words) for line in stands) == 1
    ]


def benchmarked(node: Node, seen: Seen) -> None:
    engine = json.loads(node.akson("bench", "reconcile", "--seed", "1", "--seed", "2", "--json", data=False))[
        "results"
    ]["engine"]
    seen.recall, seen.false_alarms, seen.cases = engine["recall"], engine["falseAlarms"], engine["cases"]


SUMMARY = """
Kort fortalt: Ida samstemmer legemiddellisten til Astrid, som nettopp er kommet hjem, og går runden med en telefon. Midt
i runden blir serveren drept. Alt hun fører, ligger kryptert på telefonen og kommer fram én gang når serveren er tilbake,
og det en kollega har ført imens, blir stående. En telefon som blir tatt, kan ikke leses.
Ikke prøvd her: åtte timer og mange telefoner samtidig (tilfeldige historier i `make test`, en million i `make nightly`),
og en telefon der noen allerede har åpnet diskens egen kryptering (docs/adr/0206 sier hva som gjelder da).
"""


async def play(seen: Seen, *, quick: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="akson-round-") as name:
        node = Node(Path(name))
        try:
            if not quick:
                benchmarked(node, seen)
            node.start()
            async with async_playwright() as playwright:
                await morning(playwright, node, Path(name), seen)
        finally:
            node.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="Leave out the benchmark; its criterion then fails."
    )
    given = parser.parse_args()
    seen = Seen()
    print("Idas morgen hos Astrid\n", flush=True)
    try:
        asyncio.run(play(seen, quick=given.quick))
    except PlaywrightError as stopped:
        print(f"\n  STOPPET HER: {stopped}\n  Det som ikke ble sett, er ikke bestått.", flush=True)
    verdicts = judge(seen)
    print("\n".join(("", *lines(verdicts), SUMMARY)), flush=True)
    raise SystemExit(0 if all(v.passed for v in verdicts) else 1)


if __name__ == "__main__":
    # A node that runs already, its folder and its database are nobody's business here.
    for name in [n for n in os.environ if n.startswith("AKSON_")]:
        del os.environ[name]
    main()
