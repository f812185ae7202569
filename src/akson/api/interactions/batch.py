"""transaction and batch: https://hl7.org/fhir/R4/http.html#transaction

A transaction's writes are ONE commit of the record; its reads are answered after it. A batch's entries stand alone.
"""

import asyncio
from dataclasses import replace
from urllib.parse import urlencode

from akson.api import written
from akson.api.bundles import bundle, named, response_entry
from akson.api.interaction import Answer, Call, Interaction
from akson.api.statuses import answer_of
from akson.fhir.bundle import BundleEntry, read_bundle
from akson.fhir.problem import Problem, ProblemKind
from akson.record.values import Change

_READS = ("GET", "HEAD")


async def run(call: Call) -> Answer:
    asked = read_bundle(call.body, base=call.base)
    if asked.type == "transaction":
        answers = await _transaction(call, asked.entries)
        return Answer(200, bundle("transaction-response", answers))
    failed = {place: answer_of(problem) for place, problem in asked.failed}
    answers = {place: response_entry(a, outcome=a.body) for place, a in failed.items()}
    for entry in asked.entries:
        answers[entry.place] = await _alone(call, entry)
    return Answer(200, bundle("batch-response", [answers[place] for place in sorted(answers)]))


async def _transaction(call: Call, entries: tuple[BundleEntry, ...]) -> list[bytes]:
    writes = [e for e in entries if e.method not in _READS]
    answers: dict[int, bytes] = {}
    changes = [_change(entry) for entry in writes]
    if changes:
        # Parsing and validation hold the processor; give others their turn before it begins.
        await asyncio.sleep(0)
        done = await call.session.commit(changes)
        quiet = replace(
            call, headers={**call.headers, "prefer": call.headers.get("prefer", "return=minimal")}
        )
        for entry, committed in zip(writes, done, strict=True):
            answer = written.answer(quiet, committed)
            answers[entry.place] = response_entry(answer, resource=answer.body)
    for entry in entries:
        if entry.method in _READS:
            answer = await _read(call, entry)
            if answer.status >= 400:
                raise Problem(
                    ProblemKind.INVALID, "AKS-API-033", f"Bundle.entry[{entry.place}] could not be read."
                )
            answers[entry.place] = response_entry(answer, resource=answer.body)
    return [answers[place] for place in sorted(answers)]


async def _alone(call: Call, entry: BundleEntry) -> bytes:
    try:
        if entry.method in _READS:
            answer = await _read(call, entry)
        else:
            answer = written.answer(call, (await call.session.commit([_change(entry)]))[0])
    except Problem as problem:
        answer = answer_of(named(problem, entry.place))
    if answer.status >= 400:
        return response_entry(answer, outcome=answer.body)
    return response_entry(answer, resource=answer.body)


async def _read(call: Call, entry: BundleEntry) -> Answer:
    """A GET entry is a call like any other, with the Bundle's reader."""
    path = "/".join(part for part in (entry.type, entry.id, *entry.rest) if part)
    asked = replace(call, method="GET", type=path, id="", version="", query=entry.query, body=b"")
    if entry.if_none_match:
        asked = replace(asked, headers={**call.headers, "if-none-match": f'W/"{entry.if_none_match}"'})
    return await call.dispatch(asked)


def _change(entry: BundleEntry) -> Change:
    """Raises Problem for an operation or a patch: they have their own addresses."""
    if entry.rest or entry.method == "PATCH":
        raise Problem(
            ProblemKind.UNSUPPORTED,
            "AKS-API-034",
            f"Bundle.entry[{entry.place}]: {entry.method} on {'/'.join((entry.type, *entry.rest))} is not offered.",
        )
    version = entry.if_match
    if version is not None and not version.isdigit():
        raise Problem(
            ProblemKind.MALFORMED,
            "AKS-API-020",
            f"Bundle.entry[{entry.place}].request.ifMatch is no version.",
        )
    return Change(
        method=entry.method,
        type=entry.type,
        id=entry.id or None,
        body=entry.body or None,
        full_url=entry.full_url or None,
        if_match=int(version) if version is not None else None,
        if_none_exist=urlencode(entry.if_none_exist) if entry.if_none_exist else None,
        criteria=urlencode(entry.query) if entry.query and not entry.id else None,
    )


INTERACTION = Interaction("transaction", "POST", "", run, level="system")
