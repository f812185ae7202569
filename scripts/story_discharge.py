"""Plays the stories of a discharge against a node of its own, and leaves the evidence: `make story-discharge`.

    python scripts/story_discharge.py [STORY …] [--into FOLDER]      all stories when none is named

The municipality's steps are done by the staff's own command (`akson message build … --send`), the rest by the lab over HTTP.
Each bundle is checked by akson-verify. Exit code 1 when a story, or a check of it, fails.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import akson_verify
from akson_lab.stories import evidence, story
from akson_lab.stories.play import Failed, Lab, Played, play
from akson_lab.stories.story import Step

AKSON = [sys.executable, "-c", "from akson.app.cli import main; main()"]
PATIENT = "astrid"
START_S = 240
NOT_YET = {
    "4": "Ingen besøk mens hun er innlagt, ingen glemt etter hjemkomst",
    "5": "Liggedøgn som sannhetstabellen",
    "6": "Ingen felt skrevet to ganger",
    "7": "Ubesvart melding om utskrivningsklar gir varsel",
}
"""Criteria of US-01 that stand on the pathway and its screens: joined when those are."""
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
    """`Municipality` of play.py: Ida and Kari at the node, by the command that they have."""

    def __init__(self, data: Path, lab: Lab) -> None:
        self.data, self.lab = data, lab

    def do(self, step: Step) -> str:
        type, words = TEXTS[step.does]
        words = dict(words)
        if step.does == "request":
            words["kind"] = str(step.how.get("code", "99"))
        if step.does == "ready-answer":
            words["receives"] = str(step.at.date() + timedelta(days=int(step.how.get("in_days", 1))))
        if step.does == "information-to-doctor":
            words = {"problem": words["reason"]}
        line = [
            "message",
            "build",
            type,
            "--patient",
            PATIENT,
            "--as",
            WHO.get(step.does, "ida"),
            "--send",
            "--confirm",
            "--json",
        ]
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


def akson(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*AKSON, *arguments], capture_output=True, text=True, timeout=180)


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


def criteria(played: Played) -> dict[str, dict[str, str]]:
    """What can be judged from the post today; the rest says so."""
    told = [s for s in played.steps if s.step.awaits == "told"]
    books = [b for h in played.books.values() for b in h["received"]]
    checked = {b["valid"] for b in books}
    found = {
        "1": _judged("Alle trinn i rekkefølge, med kvittering", played.done),
        "2": _judged("Obligatoriske felt kontrollert på begge sider", checked <= {True}),
        "3": _judged(
            "«Kommunen varslet» bare etter positiv kvittering", all(s.status in ("1", "3") for s in told)
        ),
        "8": _judged(f"Uroen i «{played.story.name}» tålt", played.done),
    }
    if None in checked:
        found["2"] = {
            **found["2"],
            "state": "not-yet",
            "why": "de offisielle skjemaene er ikke her (AKSON_SHARED)",
        }
    return found | {
        n: {"words": w, "state": "not-yet", "why": "venter på forløpet"} for n, w in NOT_YET.items()
    }


def _judged(words: str, passed: bool) -> dict[str, str]:
    return {"words": words, "state": "passed" if passed else "failed", "why": ""}


def node_files(data: Path) -> Mapping[str, bytes]:
    """The proof of her log, and the books of the post, as the node gives them."""
    files = {}
    proof = akson("log", "proof", PATIENT, "--as", PATIENT, "--data", str(data))
    if proof.returncode == 0 and proof.stdout.startswith("{"):
        files["log/proof.json"] = proof.stdout.encode()
    ledger = akson("message", "ledger", "--json", "--data", str(data))
    files["node/ledger.json"] = ledger.stdout.encode()
    return files


def one(name: str, data: Path, lab: Lab, into: Path) -> bool:
    played = play(story.load(name, date.today()), lab, municipality=Staff(data, lab))
    folder = evidence.write(played, into / name, criteria=criteria(played), more=node_files(data))
    verdict = akson_verify.check_evidence(folder)
    print("\n".join(f"  {line}" for line in verdict.lines), flush=True)
    return verdict.accepted


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stories", nargs="*", metavar="STORY")
    parser.add_argument("--into", type=Path, default=Path("akson-evidence"), metavar="FOLDER")
    given = parser.parse_args()
    names = given.stories or ["discharge", *(n for n in story.names() if n != "discharge")]
    results = {}
    with tempfile.TemporaryDirectory(prefix="akson-story-") as folder:
        data = Path(folder) / "data"
        data.mkdir()
        lab_line = ["lab", "up", "--ports", "0", "0", "0", "0", "--patience", "3"]
        with (
            running(data, lab_line, data / "lab.json", "address"),
            running(data, ["up", "--port", "0"], data / "akson.lock", '"ready": true'),
        ):
            lab = Lab(json.loads((data / "lab.json").read_text("utf-8"))["address"])
            for name in names:
                results[name] = one(name, data, lab, given.into)
    passed = [name for name, accepted in results.items() if accepted]
    print(f"{len(passed)} of {len(results)} stories came as they should; evidence in {given.into}")
    for name in sorted(set(results) - set(passed)):
        print(f"  FAILED {name}")
    raise SystemExit(0 if len(passed) == len(results) else 1)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    main()
