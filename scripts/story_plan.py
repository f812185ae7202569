"""Plays one shared plan by four parties and a guest, in both modes, the network cut in the middle: `make story-plan`.

    python scripts/story_plan.py [--into docs/story-plan.md]

Two Akson nodes over HTTP (home and GP), another vendor's system at the hospital, another at the guest's, tokens of the lab's
HelseID. One script for both modes. Exit code 1 when a criterion fails. US-04; docs/adr/0244 to 0247.
"""

import argparse
import asyncio
import os
import re
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from plan_stage import HAVNES, NAMES, Cut, Screen, Town, Vendor, all_see_the_same, folder_of, furnish

from akson.store.server import EmbeddedPostgres
from akson_lab.plan_system import PlanSystem

MODES = {"federated": "linjene hos hver virksomhet", "central": "planen samlet hos kommunen"}
ONLINE_S = 5.0
PLAN, MINE, LIST = "/pasient/astrid/delt-plan", "/min/plan", "/pasient/liste-17/delt-plan"
GREEN = {"colour": "green", "signs": "Puster som vanlig", "do": "Fortsett som før"}
RED = {
    "colour": "red",
    "signs": "Tung pust i hvile",
    "do": "Ring 113",
    "limits": [{"measure": "saturation", "high": "85"}],
}


@dataclass
class Seen:
    """What was measured; what was not seen is not passed."""

    waits: list[float] = field(default_factory=list)
    typed: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    merged: bool = False
    both_kept: list[str] = field(default_factory=list)
    chosen: bool = False
    deletion: bool = False
    silent_named: str = ""
    unsent_told: bool = False
    restarted: bool = False
    authors: dict[str, bool] = field(default_factory=dict)
    visits: int = 0
    day_seen: bool = False
    guest_saw: set[str] = field(default_factory=set)
    guest_refused: bool = False
    out_status: int = 0
    out_ms: float = 0.0
    out_fhir: tuple[int, int] = (0, 0)
    open_page: bool = False
    door_of_other: int = 0
    switched: bool = False


def tell(words: str) -> None:
    print(f"  {words}", flush=True)


async def settle(readers: list, seen: Seen) -> None:
    seen.waits.append(await all_see_the_same(readers))
    if seen.waits[-1] > ONLINE_S:
        tell(f"{seen.waits[-1]:.1f} s: " + ", ".join(f"{r.name} {r.version}" for r in readers))


async def play(town: Town, mode: str, seen: Seen) -> None:
    await furnish(town)
    ida = Screen("Ida, hjemmetjenesten", "ida", town["storvik"], PLAN)
    astrid = Screen("Astrid, innbygger", "astrid", town["storvik"], MINE)
    grete = Screen("Grete, fastlege", "grete", town["torget"], LIST)
    lin = Vendor("Lin, sykehuset (annen leverandør)", town.hospital, town)
    readers = [ida, astrid, grete, lin]
    try:
        for one in (ida, astrid, grete):
            await one.log_in()
        await begun(ida, mode)
        for number, one in enumerate(readers):
            one.open(number * 0.45)
        await settle(readers, seen)
        tell("alle fire har samme plan åpen")
        await everybody_writes(readers, seen)
        await cut_off(town, readers, seen)
        await guest(town, ida, astrid, seen)
        await settle(readers, seen)
        await switched(ida, mode, readers, seen)
        seen.typed |= {*ida.typed, *astrid.typed, *grete.typed}
        seen.held = set(town.hospital.held)
        await withdrawn(town, ida, grete, seen)
    finally:
        for one in readers:
            await one.close()


async def begun(ida: Screen, mode: str) -> None:
    await ida.send("/start", "sted", {"sted": mode})
    everything = {f"del-{k}": "ja" for k in ("zone", "goal", "measure", "medicine", "comment", "status")}
    for number, name in ((HAVNES, "Havnes sykehus HF"), ("999000001", NAMES["torget"])):
        given = {"navn": name, "nummer": number, "samtykke": "ja", **everything}
        await ida.send("/inviter", "nummer", given)


async def everybody_writes(readers: list, seen: Seen) -> None:
    ida, astrid, grete, lin = readers
    for content in (GREEN, RED):
        seen.typed.add(lin.system.write("zone", f"zone-{content['colour']}", content))
    await lin.look()
    await settle(readers, seen)
    await grete.send("", "new-medicine", {"tekst": "Furosemid 40 mg", "dose": "1 tablett morgen"})
    await settle(readers, seen)
    await ida.send("", "new-measure", {"tekst": "Veie", "klokka": "08:00 og 20:00", "minutter": "15"})
    await settle(readers, seen)
    await astrid.send("/dag", "farge", {"farge": "red", "tekst": "Hoven i beina"})
    await settle(readers, seen)
    seen.day_seen = all("Hoven i beina" in one.text for one in (ida, grete)) and "Ring 113" in astrid.text
    # Two at once, each her own line.
    pages = [await ida.page(), await grete.page()]
    await asyncio.gather(
        ida.send("", "new-goal", {"tekst": "Gå til butikken"}, page=pages[0]),
        grete.send("", "new-goal", {"tekst": "Slutte å røyke"}, page=pages[1]),
    )
    await settle(readers, seen)
    seen.merged = all(
        "Gå til butikken" in one.text and "Slutte å røyke" in one.text for one in (ida, astrid, grete)
    )
    # Two at once, the same line.
    pages = [await ida.page(), await grete.page()]
    mark = 'name="farge" value="green"'
    await asyncio.gather(
        ida.send("", mark, {"tegn": "Puster som vanlig", "handling": "Gå en tur hver dag"}, page=pages[0]),
        grete.send(
            "", mark, {"tegn": "Puster som vanlig", "handling": "Mål vekt hver morgen"}, page=pages[1]
        ),
    )
    await settle(readers, seen)
    said = [one["do"] for one in lin.system.says()["zone-green"]]
    page = await ida.page()
    seen.both_kept = [words for words in said if words in page and "Velg hva som skal stå" in page]
    await ida.send("", 'name="valg" value="1"', {}, page=page)
    await settle(readers, seen)
    seen.chosen = (
        len(lin.system.says()["zone-green"]) == 1 and "Velg hva som skal stå" not in await grete.page()
    )
    await taken_away(readers, seen)
    tell("de har skrevet samtidig, hver sin linje og samme linje, og valgt")
    page = await grete.page()
    seen.authors = {
        name: name in page
        for name in (
            "Ida Nilsen, Storvik kommune",
            "Lin Vik, Havnes sykehus HF",
            "Grete Lund, Torget legesenter",
            "Astrid Bakken",
        )
    }
    plan = await ida.get("/pasient/astrid/plan")
    seen.visits = len(re.findall(r"Veie.{0,200}neste besøk", plan, re.S))


async def taken_away(readers: list, seen: Seen) -> None:
    """One takes a line away, the other changes it."""
    ida, _, grete, lin = readers
    pages = [await ida.page(), await grete.page()]
    goal = re.search(r'name="linje" value="(goal-[^"]+)"', pages[0])
    assert goal
    mark = f'name="linje" value="{goal[1]}"'
    bort = rf'{mark}[^>]*>.*?name="bort"'
    line = next(f for f in re.findall(r"<form.*?</form>", pages[0], re.S) if re.search(bort, f, re.S))
    await asyncio.gather(
        ida.send("", line[line.index(mark) : line.index('name="bort"') + 11], {}, page=pages[0]),
        grete.send("", mark, {"tekst": "Gå til butikken to ganger i uka"}, page=pages[1]),
    )
    await settle(readers, seen)
    contents = lin.system.says()[goal[1]]
    seen.deletion = len(contents) == 2 and None in contents and "Tatt bort" in await ida.page()
    keep = next(n for n, one in enumerate(contents) if one)
    await ida.send("", f'name="valg" value="{keep}"', {})
    await settle(readers, seen)


async def cut_off(town: Town, readers: list, seen: Seen) -> None:
    ida, astrid, grete, lin = readers
    before = await grete.page()
    with Cut(town, "torget") as cut:
        mark = 'name="farge" value="red"'
        await grete.send(
            "", mark, {"tegn": "Tung pust i hvile", "handling": "Ring legevakten 116 117"}, page=before
        )
        silent = _told(await grete.page())
        seen.silent_named = next((n for n in (NAMES["storvik"], "Havnes sykehus HF") if n in silent), "")
        seen.unsent_told = "ikke sendt videre ennå" in grete.text
        await ida.send("", mark, {"tegn": "Tung pust i hvile", "handling": "Ring 113 og så oss"})
        await astrid.send("/kommentar", "tekst", {"tekst": "Nettet er nede hos legen"})
        seen.typed.add(lin.system.write("comment", "comment-sykehus", {"text": "Kontroll om to uker"}))
        await lin.look()
        # The GP's node is stopped and started while it is cut off: what was written stands.
        await grete.node.leave()
        await grete.node.come_back()
        cut.again(grete.node)
        seen.restarted = "Ring legevakten 116 117" in await grete.page() or "venter på noe" in grete.text
    tell("nettet er oppe igjen")
    await settle(readers, seen)
    said = {one["do"] for one in lin.system.says()["zone-red"]}
    seen.both_kept += sorted(said) if len(said) == 2 else []
    await grete.send("", 'name="valg" value="0"', {})
    await settle(readers, seen)


def _told(page: str) -> str:
    """What the page says of who did not answer."""
    found = re.search(r"Svarte ikke:(.*?)</p>", page, re.S)
    return found[1] if found else ""


async def guest(town: Town, ida: Screen, astrid: Screen, seen: Seen) -> None:
    """The physiotherapist, with consent, for measures, goals and comments, until new year."""
    fysio: PlanSystem = town.guest
    base = town["storvik"].base
    assert await fysio.ask(base) in (403, 404)
    given = {"navn": fysio.name, "nummer": fysio.org, "samtykke": "ja", "til": "2027-01-31"}
    await ida.send(
        "/inviter", "nummer", {**given, "del-measure": "ja", "del-goal": "ja", "del-comment": "ja"}
    )
    assert await fysio.ask(base) == 200
    seen.guest_saw = {line.partition("-")[0] for line in fysio.says()}
    seen.typed.add(fysio.write("comment", "comment-fysio", {"text": "Gangtrening to ganger i uka"}))
    too_far = fysio.write("zone", "zone-yellow", {"colour": "yellow", "signs": "x", "do": "y"})
    await fysio.ask(base)
    seen.guest_refused = too_far in fysio.refused
    del fysio.held[too_far]
    before = await fysio.search(base)
    await astrid.send("/ut", f'value="{fysio.org}"', {})
    begun = time.monotonic()
    seen.out_status = await fysio.ask(base)
    seen.out_ms = (time.monotonic() - begun) * 1000
    seen.out_fhir = (before, await fysio.search(base))
    tell("gjesten var med, og ble tatt ut av Astrid")


async def switched(ida: Screen, mode: str, readers: list, seen: Seen) -> None:
    """To the other mode and back, while everybody writes on."""
    other = next(m for m in MODES if m != mode)
    for to in (other, mode):
        await ida.send("/sted", 'name="sted"', {"sted": to})
        await readers[2].send("", "new-comment", {"tekst": f"Skrevet mens planen byttet til {to}"})
        await settle(readers, seen)
    page = await ida.page()
    seen.switched = all(f"byttet til {m}" in page for m in MODES)


async def withdrawn(town: Town, ida: Screen, grete: Screen, seen: Seen) -> None:
    """The GP's office is out: her open page loses what is others', and the hospital's door knows it too."""
    await ida.send("/ut", 'value="999000001"', {})
    deadline = time.monotonic() + ONLINE_S
    while time.monotonic() < deadline and not seen.open_page:
        await asyncio.sleep(0.1)
        seen.open_page = "Lin Vik" not in grete.text and "Ida Nilsen" not in grete.text
    held = town.hospital.held.values()
    seen.door_of_other = sum(
        o["kind"] == "member" and o["content"]["party"] == "999000001" and o["content"]["state"] == "out"
        for o in held
    )


@dataclass(frozen=True)
class Verdict:
    what: str
    passed: bool
    measured: str


def judge(seen: Seen) -> list[Verdict]:
    slowest = max(seen.waits, default=99.0)
    waits = f"tregest {slowest:.1f} s av {len(seen.waits)}".replace(".", ",")
    lost = seen.typed - seen.held
    missing = [name for name, there in seen.authors.items() if not there]
    own_part = bool(seen.guest_saw) and "zone" not in seen.guest_saw and seen.guest_refused
    before, after = seen.out_fhir
    found = (
        ("Alle fire ser samme versjon innen 5 s", bool(seen.waits) and slowest <= ONLINE_S, waits),
        ("Samtidige endringer av hver sin linje blir begge stående", seen.merged, "to mål"),
        (
            "Samme linje endret av to: begge vist, til én velger",
            len(seen.both_kept) >= 4 and seen.chosen,
            f"{len(seen.both_kept)} utgaver beholdt",
        ),
        ("Tatt bort mot endret er en uenighet", seen.deletion, "begge vist"),
        ("Ingenting er tapt", bool(seen.typed) and not lost, f"{len(seen.typed)} skrevet, {len(lost)} tapt"),
        (
            "Nettet faller ut: de som ikke svarer, er navngitt, og det usendte er talt",
            bool(seen.silent_named) and seen.unsent_told,
            seen.silent_named,
        ),
        ("Noden startes på nytt mens den er avskåret: det skrevne står", seen.restarted, "står"),
        (
            "Hver linje viser hvem som skrev den",
            bool(seen.authors) and not missing,
            ", ".join(missing) or f"{len(seen.authors)} navn",
        ),
        ("Innbyggerens dag er sett av alle, og hun får vite hva hun skal gjøre", seen.day_seen, "sett"),
        ("Tiltaket ble besøk i kommunens plan", seen.visits > 0, f"{seen.visits} besøk"),
        ("Gjesten ser og skriver bare sin del", own_part, ", ".join(sorted(seen.guest_saw))),
        (
            "Den som er tatt ut, nektes ved neste spørsmål",
            seen.out_status == 404,
            f"{seen.out_status} etter {seen.out_ms:.0f} ms",
        ),
        ("… også ved den vanlige FHIR-døra", before > 0 == after, f"{before} oppføringer før, {after} etter"),
        (
            "… og på en side som sto åpen, og hos sykehuset",
            seen.open_page and seen.door_of_other > 0,
            "uten andres linjer",
        ),
        ("Bytte av sted mister ingenting", seen.switched, "begge veier"),
    )
    return [
        Verdict(what, passed, told if passed or told not in _WORDS else "nei") for what, passed, told in found
    ]


_WORDS = ("to mål", "begge vist", "står", "sett", "uten andres linjer", "begge veier")
"""Said of what was seen; of what was not, «nei»."""


def lines(mode: str, verdicts: list[Verdict]) -> list[str]:
    return [
        f"\n  {MODES[mode].capitalize()}",
        *(f"  {'BESTÅTT' if v.passed else 'IKKE   '}  {v.what}: {v.measured}" for v in verdicts),
    ]


PAGE = """# One plan, four parties

Written by `make story-plan`. It plays US-04 with real nodes over HTTP: the home nurse and the citizen at Storvik, the GP at
a node of her own, the hospital in another vendor's system that knows the contract alone (`docs/how-to/shared-plan.md`), a
physiotherapist who is a guest with consent. Everybody keeps the plan open, as a page does: asks every other second. The same
script runs in both modes. The GP's line is cut while four write, and her node restarted meanwhile.

Per of the story is played by the demo's Astrid, who can log in. 10^5 random interleavings are not played here: 5,000 run in
each `make test`, 1,000 for each seed in `make nightly` (`tests/sharing/plan/test_plan_histories.py`).

| criterion | federated | central |
| --- | --- | --- |
"""


def written(found: dict[str, list[Verdict]]) -> str:
    rows = []
    for pair in zip(*found.values(), strict=True):
        cells = " | ".join(f"{'passed' if v.passed else '**failed**'}: {v.measured}" for v in pair)
        rows.append(f"| {pair[0].what} | {cells} |")
    return PAGE + "\n".join(rows) + "\n"


async def main() -> dict[str, list[Verdict]]:
    found: dict[str, list[Verdict]] = {}
    with tempfile.TemporaryDirectory(prefix="akson-plan-") as name:
        folder = Path(name)
        async with EmbeddedPostgres(folder / "pg") as server:
            for mode in MODES:
                print(f"\n{MODES[mode].capitalize()}", flush=True)
                seen = Seen()
                town = Town(
                    folder_of(folder, mode),
                    server.dsn("postgres"),
                    ("storvik", "torget"),
                    prefix=mode,
                    demo=("storvik", "torget"),
                )
                async with town:
                    await play(town, mode, seen)
                found[mode] = judge(seen)
    for mode, verdicts in found.items():
        print("\n".join(lines(mode, verdicts)), flush=True)
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", default="", help="The page that is written.")
    given = parser.parse_args()
    for name in [n for n in os.environ if n.startswith("AKSON_")]:
        del os.environ[name]
    found = asyncio.run(main())
    if given.into:
        Path(given.into).write_text(written(found), "utf-8")
    raise SystemExit(0 if all(v.passed for verdicts in found.values() for v in verdicts) else 1)
