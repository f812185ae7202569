"""Canonical bytes of an event: the same event gives the same bytes, and bytes give back the event or nothing."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from akson.audit import canonical
from akson.audit.event import AccessEvent
from akson.fhir.problem import Problem

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
lines = st.lists(texts.filter(lambda t: t and "\n" not in t), max_size=4).map(tuple)
events = st.builds(
    AccessEvent,
    id=st.binary(min_size=16, max_size=16),
    at=st.datetimes(timezones=st.just(UTC)),
    tenant=st.integers(1, 2**31 - 1),
    actor_kind=texts,
    actor_id=texts,
    actor_name=texts,
    role=texts,
    unit=texts,
    patient=texts,
    action=texts,
    purpose=texts,
    outcome=st.sampled_from(["permit", "deny"]),
    rules=lines,
    words=texts,
    policy_version=texts,
    resources=lines,
    count=st.integers(0, 2**40),
    request=texts,
)

IDA_READS = AccessEvent(
    id=bytes(range(16)),
    at=datetime(2026, 11, 24, 8, 12, 3, 120417, UTC),
    tenant=1,
    actor_kind="practitioner",
    actor_id="ida",
    actor_name="Ida Nilsen",
    role="nurse",
    unit="Hjemmetjenesten Øst",
    patient="astrid",
    action="read",
    purpose="treatment",
    outcome="permit",
    rules=("AKS-RULE-CARE-RELATION",),
    words="Hjemmetjenesten Øst gir deg helsehjelp.",
    policy_version="2026-11-24.1",
    resources=("Observation/o1/1",),
    count=1,
    request="00ff",
)


@given(events)
def test_what_is_written_is_read(event: AccessEvent) -> None:
    assert canonical.decode(canonical.encode(event)) == event


@given(events, events)
def test_two_events_never_share_their_bytes(one: AccessEvent, other: AccessEvent) -> None:
    assert (canonical.encode(one) == canonical.encode(other)) == (one == other)


def test_version_1_stays_as_it_is() -> None:
    """Stored events are hashed as they stand: bytes of version 1 may never come out differently."""
    written = canonical.encode(IDA_READS)
    assert written.startswith(b"\x01" + b"\0\0\0\x10" + IDA_READS.id + b"\0\0\0\x08")
    assert timedelta(microseconds=int.from_bytes(written[25:33], "big")) == IDA_READS.at - datetime(
        1970, 1, 1, tzinfo=UTC
    )
    assert sha256(written).hexdigest() == "b432ac44c7ddddf5a00c83e7fa9105903bc7b7eedcd78ab1aad2e0f74717ff90"


def test_a_byte_more_or_less_or_another_version_is_not_an_event() -> None:
    written = canonical.encode(IDA_READS)
    damaged = [written[:-1], written + b"\0", b"", b"\x02" + written[1:], written + b"\0\0\0\0"]
    damaged.append(written.replace("Ø".encode(), b"\xff\xff"))
    for bytes_ in damaged:
        with pytest.raises(Problem) as unreadable:
            canonical.decode(bytes_)
        assert unreadable.value.id == "AKS-AUDIT-001"


@given(st.binary(max_size=200))
def test_any_bytes_are_an_event_or_a_problem(data: bytes) -> None:
    try:
        canonical.decode(b"\x01" + data)
    except Problem as unreadable:
        assert unreadable.id == "AKS-AUDIT-001"
