"""Plays the stories of a discharge against a node of its own, and leaves the evidence: `make story-discharge`.

    python scripts/story_discharge.py [STORY …] [--into FOLDER]      all stories when none is named

The municipality's steps are done by the staff's own command (`akson message build … --send`), the rest by the lab over HTTP.
Each bundle is checked by akson-verify. Exit code 1 when a story, or a check of it, fails.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import akson_verify
from akson.exchange.times import NORWAY
from akson.terminology.systems import HER_ID, OUTBOX_ITEM
from akson_lab.stories import evidence, judging, story, table
from akson_lab.stories.judging import Seen
from akson_lab.stories.play import Failed, Lab, play
from akson_lab.stories.story import Step, Story

AKSON = [sys.executable, "-c", "from akson.app.cli import main; main()"]
PATIENT = "astrid"
START_S = 240
SETTLE_S = 20.0
BEFORE = timedelta(hours=3)
"""The node is up so long before the story begins, so that the day before stands in the record."""
OPEN_ITEM = ("requested", "received", "accepted", "ready", "in-progress", "on-hold")
ANSWER_ITEMS = ("ready-notice",)
HELD = ("Patient", "Communication", "Encounter", "ServiceRequest", "Task", "EpisodeOfCare", "Condition")
LACKS = "Mangler i meldingen: "
TEXTS = {
    "admission-report": (
        "INNLEGGELSESRAPPORT",
        {"reason": "Falt hjemme i går kveld.", "summary": "Går med rullator."},
    ),
    "status-request": ("DIALOG_FORESPORSEL", {"kind": "8", "text": "Hva er planen for utskrivning?"}),
    "ready-answer": ("DIALOG_NOTAT", {}),
    "request": ("DIALOG_FORESPORSEL", {"text": "Kan dere hjelpe oss med dette?"}),
    "information-to-doctor": ("HELSEOPPLYSNINGER_LEGE", {"reason": "Økende hevelse i begge legger."}),
}
WHO = {"ready-answer": "kari", "status-request": "ida"}
ANSWERED = {"admission-report": "admission", "ready-answer": "ready", "status-request": "admission"}
"""Written from the message that is open on the screen: its sender is the receiver, and nobody types an address."""

HEAD = """# The stories of a discharge, as they were played

Written by `make story-discharge ARGS="--resume --into akson-evidence --table docs/story-discharge.md"`, from the evidence
alone. Every story has a node of its own, which lives by the lab's time from nothing. How they are judged:
[ADR 179](adr/0179-a-story-is-judged-by-hand-made-truth.md), [ADR 190](adr/0190-what-a-message-lacks-is-said-by-three.md).
Seconds are those of the steps. The last column: copies of the bundle with one thing changed (one for each kind of
thing in it, one without a message, one signed by somebody else) that `akson-verify` refused.
"""


class Staff:
    """`Municipality` of play.py: Ida and Kari at the node, by the commands and the API that they have.

    What they type is traced, and what her visits and items are is looked at after each step."""

    def __init__(self, data: Path, lab: Lab, told: Story) -> None:
        self.data, self.lab, self.story = data, lab, told
        self.address = json.loads((data / "akson.lock").read_text("utf-8"))["address"]
        self.tokens = {
            who: akson("token", who, "--hours", "1000", "--data", str(data)).stdout.strip()
            for who in ("ida", "kari", "mats")
        }
        self.since = told.steps[0].at.astimezone(NORWAY).date()
        self.times = judging.usual_times(self.visits(), self.since)
        self.rows: dict[str, list[int]] = {}
        """MsgId -> its rows of the outbox."""
        self.seen = Seen()
        self.seen.typed, self.seen.chosen, self.seen.retyped, self.seen.alarms_missing = [], [], [], []

    def do(self, step: Step) -> str:
        type, words = TEXTS[step.does]
        words = dict(words)
        if step.does == "request":
            words["kind"] = str(step.how.get("code", "99"))
        if step.does == "ready-answer":
            day = step.at.astimezone(NORWAY).date()
            words["receives"] = str(day + timedelta(days=int(step.how.get("in_days", 1))))
        if "text" in step.how:
            words["text"] = str(step.how["text"])
        if step.does == "information-to-doctor":
            words = {"problem": words["reason"]}
        who = WHO.get(step.does, "ida")
        way = self._way(step)
        self._trace(type, {**words, **({"to": way[1]} if way[1].isdecimal() else {})}, who)
        line = [
            "message", "build", type, "--patient", PATIENT, "--as", who, "--send", "--confirm", "--json", *way,
        ]  # fmt: skip
        for name, said in words.items():
            line += ["--word", f"{name}={said}"]
        done = akson(*line, "--data", str(self.data))
        try:
            told = json.loads(done.stdout)
        except ValueError:
            raise Failed(done.stderr.strip()[-300:]) from None
        if told["sent"] is None:
            raise Failed("; ".join(f["what"] for f in told["findings"]))
        self.rows[str(told["messageId"]).lower()] = told["sent"]["outbox"]
        return str(told["messageId"])

    def _way(self, step: Step) -> list[str]:
        """Whom it goes to: who wrote what it answers, her GP as the record has him, else a HER-id that somebody types."""
        if about := ANSWERED.get(step.does):
            stay = self.lab.ask("/lab/house/hospital")["stays"][0]
            return ["--answers", stay["sent"][about]]
        return ["--to", "gp" if step.at_house == "gp" else str(step.how["to"])]

    def owner(self, msg_id: str) -> str:
        """Of one that came in and is nobody's, or that went out and was refused. Mats sees what has no patient."""
        found = [t for t in self.ask("mats", "Task?code=match-patient&_count=50") if _msg_id(t) == msg_id]
        for row in self.rows.get(msg_id, ()):
            found += self.ask("mats", f"Task?identifier={OUTBOX_ITEM}|{row}")
        open_items = (t for t in found if t.get("status") in OPEN_ITEM and t.get("owner"))
        return next((f"{t['owner'].get('display', 'eier')} har den" for t in open_items), "")

    def alarm(self, step: Step) -> str:
        now = self.now()
        for task in self.ask("kari", f"Task?patient={PATIENT}&_count=200"):
            due = ((task.get("restriction") or {}).get("period") or {}).get("end")
            about = task.get("status") in OPEN_ITEM and _is_about_ready(task)
            if about and due and datetime.fromisoformat(due) < now and task.get("owner"):
                return f"{task['owner'].get('display', 'eier')} har det, frist {due[:16]}"
        return ""

    def after(self, step: Step) -> None:
        """Visits settle within seconds of what they follow from. A fault is set before anybody has told anything."""
        if step.who == "lab":
            return
        deadline = time.monotonic() + SETTLE_S
        while wrong := judging.visits_wrong(
            self.visits(), self.story.truth, self.now(), self.since, self.times
        ):
            if time.monotonic() > deadline:
                self.seen.visits_wrong = [
                    *self.seen.visits_wrong,
                    *(f"etter {step.no}: {w}" for w in wrong[:3]),
                ]
                return
            time.sleep(0.3)

    def visits(self) -> list[Any]:
        return self.ask("ida", f"Appointment?patient={PATIENT}&_count=500")

    def now(self) -> datetime:
        return datetime.fromisoformat(self.lab.ask("/lab")["now"])

    def ask(self, who: str, search: str) -> list[Any]:
        """The node's API, as one of the staff."""
        request = urllib.request.Request(
            f"{self.address}/fhir/{search}", headers={"Authorization": f"Bearer {self.tokens[who]}"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return [entry["resource"] for entry in json.load(answer).get("entry", ())]

    def finish(self) -> Seen:
        """What the node shows at the end."""
        shown = akson("pathway", "show", PATIENT, "--as", "kari", "--json", "--data", str(self.data))
        self.seen.stays = json.loads(shown.stdout)
        open_items = [t for t in self.ask("kari", f"Task?patient={PATIENT}&_count=200") if _is_about_ready(t)]
        for stay in self.seen.stays:
            late = any(s["rule"] == "answer-ready" and s["state"] == "overdue" for s in stay["steps"])
            if late and not any(t["status"] in OPEN_ITEM and t.get("owner") for t in open_items):
                self.seen.alarms_missing = ["ubesvart etter fristen, og ingen har det"]
        said = self.ask("kari", f"Communication?patient={PATIENT}&_count=500")
        self.seen.remarks = {
            f"{_type(one)} {_msg_id(one)}": _missing(one)
            for one in said
            if "received" in one and _msg_id(one)
        }
        return self.seen

    def _trace(self, type: str, words: Mapping[str, str], who: str) -> None:
        """Each field against all that her record says to the one who types, and an address against all it knows."""
        held = {
            text.casefold()
            for kind in HELD
            for resource in self.ask(
                who, f"{kind}?{'_id' if kind == 'Patient' else 'patient'}={PATIENT}&_count=500"
            )
            for text in _texts(resource)
        }
        for name, said in words.items():
            field = f"{type} {name}"
            if name == "to":
                self.seen.typed.append(field)
                if self.ask(who, f"Organization?identifier={HER_ID}|{said}"):
                    self.seen.retyped.append(field)
                continue
            if said.replace("-", "").isdecimal():
                self.seen.chosen.append(field)
                continue
            self.seen.typed.append(field)
            if any(said.casefold().rstrip(".") in text for text in held):
                self.seen.retyped.append(field)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _is_about_ready(task: Mapping[str, Any]) -> bool:
    keys = [str(i.get("value")) for i in task.get("identifier") or ()]
    codes = [c.get("code") for c in (task.get("code") or {}).get("coding") or ()]
    return any("|answer-ready|" in key for key in keys) or any(code in ANSWER_ITEMS for code in codes)


def _type(communication: Mapping[str, Any]) -> str:
    codings = (c for category in communication.get("category") or () for c in category.get("coding") or ())
    return next((str(c.get("code")) for c in codings if str(c.get("code", "")).isupper()), "")


def _msg_id(resource: Mapping[str, Any]) -> str:
    for identifier in resource.get("identifier") or ():
        if str(identifier.get("system")).endswith("/message-id"):
            return str(identifier.get("value", "")).rpartition("|")[2]
    return ""


def _missing(communication: Mapping[str, Any]) -> list[str]:
    notes = [str(note.get("text", "")) for note in communication.get("note") or ()]
    return [w for n in notes if n.startswith(LACKS) for w in n.removeprefix(LACKS).split("; ")]


def akson(*arguments: str) -> subprocess.CompletedProcess[str]:
    # Unbuffered, Python writes what a pipe takes at once and drops the rest: a long proof would be cut.
    quiet = {k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"}
    return subprocess.run([*AKSON, *arguments], env=quiet, capture_output=True, text=True, timeout=180)


@contextmanager
def running(data: Path, command: list[str], ready: Path, word: str) -> Iterator[None]:
    """A process of ours until the block ends; ended by its own number."""
    log = (data.parent / f"{command[0]}-{command[1] if len(command) > 1 else ''}.log").open("w")
    process = subprocess.Popen([*AKSON, *command, "--data", str(data)], stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + START_S
        while not (ready.exists() and word in ready.read_text("utf-8")):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"akson {' '.join(command)} did not start: {log.name}")
            time.sleep(0.2)
        yield
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
        log.close()


def node_files(data: Path) -> Mapping[str, bytes]:
    """The proof of her log, and the books of the post, as the node gives them."""
    files = {}
    proof = akson("log", "proof", PATIENT, "--as", PATIENT, "--data", str(data))
    if proof.returncode == 0 and proof.stdout.startswith("{"):
        files["log/proof.json"] = proof.stdout.encode()
    shown = akson("pathway", "show", PATIENT, "--as", "kari", "--json", "--data", str(data))
    files["node/pathway.json"] = shown.stdout.encode()
    ledger = akson("message", "ledger", "--json", "--data", str(data))
    files["node/ledger.json"] = ledger.stdout.encode()
    return files


def one(name: str, into: Path) -> bool:
    """One story with a lab and a node of its own, which live by the story's time from nothing."""
    told = story.load(name, date.today())
    with tempfile.TemporaryDirectory(prefix="akson-story-") as folder:
        data = Path(folder) / "data"
        data.mkdir()
        begins = (told.steps[0].at - BEFORE).strftime("%Y-%m-%dT%H:%M:%S")
        lab_line = [
            "lab",
            "up",
            "--ports",
            "0",
            "0",
            "0",
            "0",
            "--patience",
            "3",
            "--leads",
            "--begins",
            begins,
        ]
        node_line = ["up", "--port", "0", "--workers", "1"]
        with (
            running(data, lab_line, data / "lab.json", "address"),
            running(data, node_line, data / "akson.lock", '"ready": true'),
        ):
            lab = Lab(json.loads((data / "lab.json").read_text("utf-8"))["address"])
            staff = Staff(data, lab, told)
            staff.after(told.steps[0])
            played = play(told, lab, municipality=staff, say=lambda line: print(line, flush=True))
            judged = judging.criteria(played, staff.finish())
            sign = evidence.signer(data / "keys" / "log.pem")
            made = evidence.write(played, into / name, criteria=judged, more=node_files(data), sign=sign)
    verdict = akson_verify.check_evidence(made)
    print("\n".join(f"  {line}" for line in verdict.lines), flush=True)
    return verdict.accepted


def changed_copies(bundle: Path) -> tuple[int, int]:
    """How many copies with one thing changed akson-verify refuses, of how many: one for each kind of thing in a bundle, one
    without a message, one signed by somebody else."""
    places = [p.relative_to(bundle) for p in sorted(bundle.rglob("*")) if p.is_file()]
    kinds = {
        "receipts" if p.parts[0] == "receipts" else str(p) if len(p.parts) == 1 else p.parts[0]: p
        for p in places
    }
    with tempfile.TemporaryDirectory(prefix="akson-changed-") as folder:
        refused = 0
        for number, place in enumerate(kinds.values()):
            copy = Path(shutil.copytree(bundle, Path(folder) / str(number)))
            written = (copy / place).read_bytes()
            (copy / place).write_bytes(written.replace(b"1", b"2", 1) if b"1" in written else written + b" ")
            refused += not akson_verify.check_evidence(copy).accepted
        gone = Path(shutil.copytree(bundle, Path(folder) / "gone"))
        next((gone / "messages").iterdir()).unlink()
        refused += not akson_verify.check_evidence(gone).accepted
        anew = Path(shutil.copytree(bundle, Path(folder) / "anew"))
        manifest = json.loads((anew / evidence.MANIFEST).read_bytes())
        del manifest["signature"]
        (anew / evidence.MANIFEST).write_bytes(evidence.signed(manifest, Ed25519PrivateKey.generate()))
        refused += not akson_verify.check_evidence(anew).accepted
    return refused, len(kinds) + 2


def told_in_a_table(into: Path, report: Path | None) -> bool:
    """Prints one line for each bundle, and writes them. False when a changed copy was accepted, or two shared a node."""
    found = table.bundles(into)
    told = [table.told_of(bundle) for bundle in found]
    refused = {each.story: changed_copies(bundle) for each, bundle in zip(told, found, strict=True)}
    lines = table.lines(told, refused)
    nodes = len({each.key for each in told})
    accepted = sum(akson_verify.check_evidence(bundle).accepted for bundle in found)
    total = f"{accepted} av {len(told)} godtatt av akson-verify, på {nodes} noder, hver med sin egen nøkkel."
    print("\n".join(("", *lines, "", total)), flush=True)
    if report is not None:
        criteria = [f"{number}. {words}" for number, words in judging.WORDS.items()]
        stories = [f"- **{each.story}**: {each.words}" for each in told]
        report.write_text("\n".join((HEAD, *criteria, "", *lines, "", total, "", *stories, "")), "utf-8")
    return nodes == len(told) and all(count == of for count, of in refused.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stories", nargs="*", metavar="STORY")
    parser.add_argument("--into", type=Path, default=Path("akson-evidence"), metavar="FOLDER")
    parser.add_argument(
        "--resume", action="store_true", help="Leave out what was accepted before, by its evidence."
    )
    parser.add_argument(
        "--table", type=Path, metavar="FILE", help="Write the table of all bundles in the folder."
    )
    given = parser.parse_args()
    names = given.stories or ["discharge", *(n for n in story.names() if n != "discharge")]
    results = {}
    for name in names:
        before = given.into / name
        if given.resume and before.is_dir() and akson_verify.check_evidence(before).accepted:
            print(f"{name}: accepted before")
            results[name] = True
            continue
        shutil.rmtree(before, ignore_errors=True)
        results[name] = one(name, given.into)
    passed = [name for name, accepted in results.items() if accepted]
    print(f"{len(passed)} of {len(results)} stories came as they should; evidence in {given.into}")
    for name in sorted(set(results) - set(passed)):
        print(f"  FAILED {name}")
    sound = told_in_a_table(given.into, given.table)
    raise SystemExit(0 if sound and len(passed) == len(results) else 1)


if __name__ == "__main__":
    # A node that runs already, its folder and its database are nobody's business here.
    for name in [n for n in os.environ if n.startswith("AKSON_") and n != "AKSON_SHARED"]:
        del os.environ[name]
    os.environ["AKSON_CLOCK"] = "lab"
    beside = Path(__file__).resolve().parents[2] / "shared"
    if beside.is_dir():
        os.environ.setdefault("AKSON_SHARED", str(beside))
    main()
