"""transaction and batch: https://hl7.org/fhir/R4/http.html#transaction

A transaction's writes are ONE commit of the record; its reads are answered after it. A batch's entries stand alone.
"""

import base64
import binascii
from urllib.parse import urlencode

from msgspec.structs import replace

from akson.api import patching, written
from akson.api.bundles import bundle, named, response_entry
from akson.api.interaction import Answer, Call, Interaction
from akson.api.statuses import answer_of
from akson.fhir.bundle import BundleEntry, read_bundle
from akson.fhir.problem import Problem, ProblemKind
from akson.record.values import Change

READS_MAX = 300
"""Each may be a search of its own: thousands in one request would starve everybody else."""
ANSWER_BYTES_MAX = 32 * 1024 * 1024
"""Of what a Bundle's questions are answered with: three hundred of them may each find the largest resources there are."""
_READS = ("GET", "HEAD")
_OF_THE_BUNDLE = frozenset({"if-none-match", "if-modified-since", "if-match", "if-none-exist"})


async def run(call: Call) -> Answer:
    asked = await call.aside(len(call.body), lambda: read_bundle(call.body, base=call.base))
    _refuse_many_reads(asked.entries)
    if asked.type == "transaction":
        return Answer(200, bundle("transaction-response", await _transaction(call, asked.entries)))
    failed = {place: answer_of(problem) for place, problem in asked.failed}
    answers = {place: response_entry(a, outcome=a.body) for place, a in failed.items()}
    size = 0
    for entry in asked.entries:
        if entry.method in _READS and size > ANSWER_BYTES_MAX:
            told = answer_of(named(_much(), entry.place))
            answers[entry.place] = response_entry(told, outcome=told.body)
            continue
        answers[entry.place] = await _alone(call, entry)
        size += len(answers[entry.place])
    return Answer(200, bundle("batch-response", [answers[place] for place in sorted(answers)]))


async def _transaction(call: Call, entries: tuple[BundleEntry, ...]) -> list[bytes]:
    """Reads see what the writes made, and a read that fails must undo them: so each is tried before anything is written."""
    reads = [e for e in entries if e.method in _READS]
    writes = [e for e in entries if e.method not in _READS]
    changes = [await _change(call, entry) for entry in writes]
    made = {(e.type, e.id) for e in writes if e.id}
    size = 0
    if changes:
        for entry in reads:
            if (entry.type, entry.id) not in made:
                size = _refuse_much(size + len((await _tried(call, entry)).body))
    answers: dict[int, bytes] = {}
    if changes:
        done = await call.session.commit(changes)
        for entry, committed in zip(writes, done, strict=True):
            answer = written.answer(call, committed)
            answers[entry.place] = response_entry(answer, resource=answer.body)
    for entry in reads:
        if changes:
            answers[entry.place] = await _alone(call, entry)
        else:
            answer = await _tried(call, entry)
            size = _refuse_much(size + len(answer.body))
            answers[entry.place] = response_entry(answer, resource=answer.body)
    return [answers[place] for place in sorted(answers)]


async def _tried(call: Call, entry: BundleEntry) -> Answer:
    try:
        return await _read(call, entry)
    except Problem as problem:
        raise named(problem, entry.place) from None


async def _alone(call: Call, entry: BundleEntry) -> bytes:
    try:
        if entry.method in _READS:
            answer = await _read(call, entry)
        else:
            answer = written.answer(call, (await call.session.commit([await _change(call, entry)]))[0])
    except Problem as problem:
        answer = answer_of(named(problem, entry.place))
        return response_entry(answer, outcome=answer.body)
    return response_entry(answer, resource=answer.body)


async def _read(call: Call, entry: BundleEntry) -> Answer:
    """A GET entry is a call like any other, with the Bundle's reader. Raises Problem."""
    headers = {name: value for name, value in call.headers.items() if name not in _OF_THE_BUNDLE}
    if entry.if_none_match:
        headers["if-none-match"] = f'W/"{entry.if_none_match}"'
    if entry.if_modified_since:
        headers["if-modified-since"] = entry.if_modified_since
    asked = replace(call, method=entry.method, query=entry.query, headers=headers, body=b"")
    return await call.dispatch(asked, [part for part in (entry.type, entry.id, *entry.rest) if part])


def _refuse_many_reads(entries: tuple[BundleEntry, ...]) -> None:
    if sum(entry.method in _READS for entry in entries) > READS_MAX:
        raise Problem(
            ProblemKind.TOO_LARGE,
            "AKS-API-033",
            f"A Bundle asks at most {READS_MAX} questions here.",
            now="Send several Bundles, or one search.",
        )


def _refuse_much(size: int) -> int:
    if size > ANSWER_BYTES_MAX:
        raise _much()
    return size


def _much() -> Problem:
    return Problem(
        ProblemKind.TOO_LARGE,
        "AKS-API-035",
        f"The answer to this Bundle would be larger than {ANSWER_BYTES_MAX // 1024 // 1024} MB.",
        now="Ask fewer questions in one Bundle, or for smaller pages.",
    )


async def _change(call: Call, entry: BundleEntry) -> Change:
    """Raises Problem for an operation: they have their own addresses."""
    if entry.rest:
        raise Problem(
            ProblemKind.UNSUPPORTED,
            "AKS-API-034",
            f"Bundle.entry[{entry.place}]: {entry.method} on {'/'.join((entry.type, *entry.rest))} is not offered.",
        )
    version = entry.if_match
    if version is not None and not version.isdecimal():
        raise Problem(
            ProblemKind.MALFORMED,
            "AKS-API-020",
            f"Bundle.entry[{entry.place}].request.ifMatch is no version.",
        )
    if_match = int(version) if version is not None else None
    criteria = urlencode(entry.query) if not entry.id else None
    if entry.method == "PATCH":
        concerned = replace(call, type=entry.type, id=entry.id)
        return await patching.as_change(concerned, _patch_of(entry), criteria, if_match)
    return Change(
        method=entry.method,
        type=entry.type,
        id=entry.id or None,
        body=entry.body or None,
        full_url=entry.full_url or None,
        if_match=if_match,
        if_none_exist=urlencode(entry.if_none_exist) if entry.if_none_exist else None,
        criteria=criteria or None,
    )


def _patch_of(entry: BundleEntry) -> object:
    """A FHIRPath Patch is its Parameters; a JSON Patch travels in a Binary."""
    resource = entry.resource or {}
    if resource.get("resourceType") != "Binary":
        return resource
    try:
        return patching.read_document(base64.b64decode(str(resource.get("data", "")), validate=True))
    except binascii.Error as unreadable:
        raise Problem(
            ProblemKind.MALFORMED, "AKS-API-051", f"Bundle.entry[{entry.place}]: the patch is not readable."
        ) from unreadable


INTERACTION = Interaction("transaction", "POST", "", run, level="system")
