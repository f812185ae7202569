"""A stay written as lines, for tests: `ready 2024-03-04T10:00 receipt=refused`. The words are those of liability.toml."""

from datetime import date, datetime

from akson.care.pathway import said
from akson.care.pathway.events import at as instant
from akson.care.pathway.said import Answer, Receipt, Said, StayEvents


def when(text: str) -> datetime:
    moment = instant(text)
    assert moment is not None, text
    return moment


def one(line: str, number: int) -> Said:
    kind, told, *more = line.split()
    options = dict(word.partition("=")[::2] for word in more)
    moment, at = when(told), options.get("at", "")
    receipt = options.get("receipt", told)
    waiting = receipt in (said.REFUSED, said.WAITING)
    ours = kind in (said.ANSWER, said.ADMISSION_REPORT, said.STATUS_REQUEST)
    own_time = kind in (said.ADMITTED, said.READY, said.WITHDRAWN, said.DISCHARGED, said.DIED)
    return Said(
        kind=kind,
        message=f"Communication/{number}",
        by=said.US if ours else said.HOSPITAL,
        told=moment,
        at=when(at) if at else moment if own_time else None,
        day_only=bool(at) and "T" not in at,
        sent=moment,
        receipt=Receipt(receipt) if waiting else Receipt(said.CONFIRMED, when(receipt)),
        answer=_answer(options) if kind == said.ANSWER else None,
        answers=f"Communication/{options['answers']}" if "answers" in options else "",
        doctor=options.get("doctor", ""),
        children=("children" in options) if kind in (said.EARLY_NOTICE, said.UPDATE) else None,
    )


def _answer(options: dict[str, str]) -> Answer:
    if "can" in options:
        return Answer(True, date.fromisoformat(options["can"]))
    if "not" in options:
        return Answer(False, date.fromisoformat(options["not"]) if options["not"] else None)
    return Answer(None)


def stay(lines: list[str], encounter: str = "Encounter/1") -> StayEvents:
    every = sorted((one(line, n) for n, line in enumerate(lines)), key=lambda s: (s.sent, s.message))
    return StayEvents(encounter, "Patient/astrid", "St. Olavs hospital", tuple(every))
