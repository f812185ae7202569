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

import akson_verify
from akson.exchange.times import NORWAY
from akson_lab.stories import evidence, judging, story
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
ANSWERED = {"admission-report": "admission", "ready-answer": "ready"}


class Staff:
    """`Municipality` of play.py: Ida and Kari at the node, by the commands and the API that they have.

    What they type is traced, and what her visits and items are is looked at after each step."""

    def __init__(self, data: Path, lab: Lab, told: Story) -> None:
        self.data, self.lab, self.story = data, lab, told
        self.address = json.loads((data / "akson.lock").read_text("utf-8"))["address"]
        self.tokens = {
            who: akson("token", who, "--hours", "1000", "--data", str(data)).stdout.strip()
            for who in ("ida", "kari")
        }
        self.since = told.steps[0].at.astimezone(NORWAY).date()
        self.times = judging.usual_times(self.visits(), self.since)
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
        if step.does == "information-to-doctor":
            words = {"problem": words["reason"]}
        who = WHO.get(step.does, "ida")
        self._trace(type, words, who)
        line = [
            "message", "build", type, "--patient", PATIENT, "--as", who, "--send", "--confirm", "--json",
        ]  # fmt: skip
        if about := ANSWERED.get(step.does):
            stay = self.lab.ask("/lab/house/hospital")["stays"][0]
            line += ["--answers", stay["sent"][about]]
        else:
            line += ["--to", str(step.how.get("to", "990202"))]
        for name, said in words.items():
            line += ["--word", f"{name}={said}"]
        done = akson(*line, "--data", str(self.data))
        try:
            told = json.loads(done.stdout)
        except ValueError:
            raise Failed(done.stderr.strip()[-300:]) from None
        if told["sent"] is None:
            raise Failed("; ".join(f["what"] for f in told["findings"]))
        return str(told["messageId"])

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
        """Each field against all that her record says to the one who types."""
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


def _msg_id(communication: Mapping[str, Any]) -> str:
    for identifier in communication.get("identifier") or ():
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stories", nargs="*", metavar="STORY")
    parser.add_argument("--into", type=Path, default=Path("akson-evidence"), metavar="FOLDER")
    parser.add_argument(
        "--resume", action="store_true", help="Leave out what was accepted before, by its evidence."
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
    raise SystemExit(0 if len(passed) == len(results) else 1)


if __name__ == "__main__":
    os.environ["AKSON_CLOCK"] = "lab"
    beside = Path(__file__).resolve().parents[2] / "shared"
    if beside.is_dir():
        os.environ.setdefault("AKSON_SHARED", str(beside))
    main()
