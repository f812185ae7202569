"""Canonical bytes of an event: the same event gives the same bytes, and bytes give back the event or nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from akson.audit import canonical
from akson.audit.event import DECISION_BYTES_MAX, AccessEvent
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
    hpr=texts,
    enterprise=texts,
    unit=texts,
    place=texts,
    client=texts,
    patient=texts,
    action=texts,
    purpose=texts,
    ground=texts,
    decision_ref=texts,
    attest=st.binary(max_size=32),
    outcome=st.sampled_from(["permit", "deny"]),
    delivered=st.booleans(),
    rules=lines,
    words=texts,
    policy_version=texts,
    decision=st.binary(max_size=200),
    categories=lines,
    resources=lines,
    count=st.integers(0, 2**40),
    request=texts,
    origin=texts,
)

IDA_READS = AccessEvent(
    id=bytes(range(16)),
    at=datetime(2026, 11, 24, 8, 12, 3, 120417, UTC),
    tenant=1,
    actor_kind="practitioner",
    actor_id="ida",
    actor_name="Ida Nilsen",
    role="nurse",
    hpr="9900001",
    enterprise="Organization/storvik",
    unit="Hjemmetjenesten Øst",
    place="Organization/hjemmetjenesten-ost",
    client="akson-web",
    patient="astrid",
    action="read",
    purpose="treatment",
    outcome="permit",
    rules=("AKS-RULE-CARE-RELATION",),
    words="Hjemmetjenesten Øst gir deg helsehjelp.",
    policy_version="2026-11-24.1",
    categories=("clinical",),
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


def test_version_2_stays_as_it_is() -> None:
    """Stored events are hashed as they stand: bytes of version 2 may never come out differently."""
    written = canonical.encode(IDA_READS)
    assert written[0] == 2 and written[126:142] == IDA_READS.id
    assert timedelta(microseconds=int.from_bytes(written[1:9], "big")) == IDA_READS.at - datetime(
        1970, 1, 1, tzinfo=UTC
    )
    assert sha256(written).hexdigest() == "3100fdaa915622aa7a280d55d67318b48c16b01af98af3be3ed282a509344e92"


def test_a_decision_too_large_is_a_fault_of_ours() -> None:
    with pytest.raises(AssertionError):
        canonical.encode(replace(IDA_READS, decision=bytes(DECISION_BYTES_MAX + 1)))


def test_a_byte_more_or_less_or_another_version_is_not_an_event() -> None:
    written = canonical.encode(IDA_READS)
    damaged = [written[:-1], written + b"\0", b"", b"\x01" + written[1:], written + b"\0\0\0\0"]
    damaged.append(written.replace("Ø".encode(), b"\xff\xff"))
    for bytes_ in damaged:
        with pytest.raises(Problem) as unreadable:
            canonical.decode(bytes_)
        assert unreadable.value.id == "AKS-AUDIT-001"


@given(st.binary(max_size=200))
def test_any_bytes_are_an_event_or_a_problem(data: bytes) -> None:
    try:
        canonical.decode(b"\x02" + data)
    except Problem as unreadable:
        assert unreadable.id == "AKS-AUDIT-001"
