"""akson-verify: checks the proof that a citizen downloads from "Hvem har sett". One file, offline, needs `cryptography`.

    akson-verify bevis.json [--policy FILE] [--events]
    akson-verify FOLDER [--policy FILE]           the evidence of a story (manifest.json in it)

It shares no code with Akson and asks nobody. What it checks: the file is exactly as it was signed; every event of hers is in
the log, bound to the one before, none missing or in another order; the newest daily heads say that there are no others (or
none at all); log and witnesses have signed the very tree that all of it stands in. Exit code 0 accepted, 1 refused, 2 usage.
The keys come from the file itself unless --policy names others: compare what is printed with what is published.

Formats: docs/adr/0007, 0008, 0009; https://c2sp.org/tlog-proof, tlog-policy, tlog-cosignature, signed-note; RFC 6962.
"""

import base64
import hmac
import itertools
import json
import re
import struct
import sys
from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = "akson-log-proof/1"
EVIDENCE = "akson-evidence/2"
TLOG_PROOF = "c2sp.org/tlog-proof@v1"
BYTES_MAX = 64_000_000
FIELDS = (
    "id", "actor_kind", "actor_id", "actor_name", "role", "hpr", "enterprise", "unit", "place", "client", "patient",
    "action", "purpose", "ground", "decision_ref", "attest", "outcome", "rules", "words", "policy_version", "decision",
    "categories", "resources", "request", "origin",
)  # fmt: skip
HEAD = struct.Struct(f">BqqqB{len(FIELDS)}I")
HEADS = struct.Struct(">Bqqq32s32s10s")
EPOCH = struct.Struct(">BqqqII")
Json = dict  # what json gives; its shape is checked by `shape`


class Refused(Exception):
    """Why the proof does not hold, in words for the citizen."""


@dataclass(frozen=True)
class Verdict:
    accepted: bool
    lines: tuple[str, ...]
    events: tuple[str, ...] = ()


@dataclass(frozen=True)
class Policy:
    logs: dict[str, bytes]
    """Origin -> public key."""
    witnesses: dict[tuple[str, bytes], tuple[str, bytes]]
    """(name in notes, key id) -> (name here, public key)."""
    groups: dict[str, tuple[int, tuple[str, ...]]]
    quorum: str


@dataclass(frozen=True)
class Point:
    """A signed state of the log."""

    origin: str
    size: int
    root: bytes
    key: bytes
    seen_by: frozenset[str]


def check(data: bytes, policy_text: str | None = None) -> Verdict:
    """Never raises: what cannot be read is refused too."""
    try:
        if data.startswith(TLOG_PROOF.encode()):
            return _check_entry(data.decode(), policy_text)
        return _check_bundle(data, policy_text)
    except Refused as refused:
        return Verdict(False, ("AVVIST: beviset holder ikke.", str(refused)))
    except (ValueError, KeyError, TypeError, IndexError, OverflowError, RecursionError, struct.error):
        return Verdict(False, ("AVVIST: beviset holder ikke.", "Filen kan ikke leses som et bevis."))


def _check_bundle(data: bytes, policy_text: str | None) -> Verdict:
    bundle = _parsed(data)
    policy = _policy(policy_text if policy_text is not None else bundle["policy"])
    point = _checkpoint(bundle["checkpoint"], policy)
    unsigned = _written({name: value for name, value in bundle.items() if name != "signature"})
    _signed(point.key, _b64(bundle["signature"], 64), f"{FORMAT}\n".encode() + unsigned, "Filen er endret.")
    tenant, patient = bundle["patient"]["tenant"], bundle["patient"]["id"]
    leaves, texts, head = {}, [], (0, bytes(32))
    heads_before: list[tuple[int, tuple[int, bytes]]] = []
    for item in bundle["events"]:
        event = _event(_b64(item["event"]))
        if (event["tenant"], event["patient"]) != (tenant, patient) or not patient:
            raise Refused("En hendelse gjelder en annen.")
        head = (head[0] + 1, _leaf(_b64(item["salt"], 16), head[0] + 1, head[1], _b64(item["event"])))
        _place(leaves, item["index"], head[1])
        heads_before.append((item["index"], head))
        texts.append(_words(event))
    lost = _epochs(bundle["epochs"], point, leaves)
    closed = _heads(bundle["heads"], (tenant, patient), heads_before, leaves)
    if _root(point.size, leaves, [_b64(line, 32) for line in bundle["hashes"]]) != point.root:
        raise Refused("Hendelsene står ikke i loggen slik de er gjengitt her.")
    return Verdict(True, _verdict(bundle, point, closed, lost, policy_text is not None), tuple(texts))


def _parsed(data: bytes) -> Json:
    """The file as a value of the right shape, and written exactly as Akson writes it: no byte is left to chance."""
    if len(data) > BYTES_MAX:
        raise Refused("Filen er for stor.")
    bundle = json.loads(data.decode())
    entry = {"entry": str, "index": int, "salt": str}
    place = {"key": str, "path": [str], "position": int, "value": str}
    shape(
        bundle,
        {
            "checkpoint": str,
            "epochs": [entry],
            "events": [{"event": str, "index": int, "salt": str}],
            "format": str,
            "hashes": [str],
            "heads": {**entry, "places": [place], "secret": str}
            if bundle["heads"] is not None
            else type(None),
            "patient": {"id": str, "tenant": int},
            "policy": str,
            "signature": str,
        },
    )
    if bundle["format"] != FORMAT or _written(bundle) != data:
        raise Refused("Filen er endret.")
    return bundle


def shape(value: object, wanted: object) -> None:
    """Raises Refused unless `value` has exactly the fields and types of `wanted`."""
    if isinstance(wanted, dict):
        if not isinstance(value, dict) or set(value) != set(wanted):
            raise Refused("Filen mangler noe, eller har noe for mye.")
        for name, part in wanted.items():
            shape(value[name], part)
    elif isinstance(wanted, list):
        if not isinstance(value, list):
            raise Refused("Filen mangler noe, eller har noe for mye.")
        for part in value:
            shape(part, wanted[0])
    elif type(value) is not wanted or (wanted is int and not 0 <= value < 1 << 53):  # type: ignore[operator]
        raise Refused("Filen mangler noe, eller har noe for mye.")


def _written(bundle: Json) -> bytes:
    return (json.dumps(bundle, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _b64(text: str, length: int | None = None) -> bytes:
    """Only as base64 is written by those who write it properly."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text or (length is not None and len(data) != length):
        raise Refused("Filen er endret.")
    return data


def _number(text: str) -> int:
    if not re.fullmatch("0|[1-9][0-9]{0,14}", text):
        raise Refused("Et tall i filen kan ikke leses.")
    return int(text)


def _policy(text: str) -> Policy:
    """https://c2sp.org/tlog-policy"""
    logs: dict[str, bytes] = {}
    witnesses: dict[tuple[str, bytes], tuple[str, bytes]] = {}
    groups: dict[str, tuple[int, tuple[str, ...]]] = {}
    named, used, quorum = {"none"}, set(), ""
    for line in text.split("\n"):
        words = [word for word in line.replace("\t", " ").split(" ") if word]
        if not words or words[0].startswith("#"):
            continue
        kind, rest = words[0], words[1:]
        if kind == "log" and len(rest) in (1, 2):
            name, _, key = _vkey(rest[0], 1)
            logs[name] = key
        elif kind == "witness" and len(rest) in (2, 3) and rest[0] not in named:
            name, id, key = _vkey(rest[1], 4)
            if key in [known for _, known in witnesses.values()]:
                raise Refused("Samme vitne står to ganger i reglene.")
            witnesses[name, id] = (rest[0], key)
            named.add(rest[0])
        elif kind == "group" and len(rest) >= 3 and rest[0] not in named:
            members = tuple(rest[2:])
            count = {"all": len(members), "any": 1}.get(rest[1]) or _number(rest[1])
            fresh = (
                len(set(members)) == len(members)
                and not used & set(members)
                and set(members) <= named - {"none"}
            )
            if not fresh or not 1 <= count <= len(members):
                raise Refused("Reglene for vitner kan ikke leses.")
            groups[rest[0]] = (count, members)
            used |= set(members)
            named.add(rest[0])
        elif kind == "quorum" and len(rest) == 1 and not quorum and rest[0] in named:
            quorum = rest[0]
        else:
            raise Refused("Reglene for vitner kan ikke leses.")
    if not quorum:
        raise Refused("Reglene for vitner kan ikke leses.")
    return Policy(logs, witnesses, groups, quorum)


def _vkey(text: str, type: int) -> tuple[str, bytes, bytes]:
    """(name, key id, key) of `name+id+key`: https://c2sp.org/signed-note"""
    name, id, encoded = text.split("+", 2)
    raw = _b64(encoded, 33)
    wanted = sha256(name.encode() + b"\n" + raw).digest()[:4]
    if raw[0] != type or id != wanted.hex() or not name:
        raise Refused("En nøkkel i reglene er endret.")
    return name, wanted, raw[1:]


def _met(policy: Policy, name: str, seen: frozenset[str]) -> bool:
    if name == "none":
        return True
    if name not in policy.groups:
        return name in seen
    count, members = policy.groups[name]
    return sum(_met(policy, member, seen) for member in members) >= count


def _checkpoint(note: str, policy: Policy) -> Point:
    """https://c2sp.org/tlog-checkpoint with the witnesses' lines below: https://c2sp.org/tlog-cosignature"""
    text, gap, lines = note.partition("\n\n")
    text += "\n"
    origin, size, root, *more = text.split("\n")
    key = policy.logs.get(origin)
    if not gap or more != [""] or not lines.endswith("\n"):
        raise Refused("Loggens underskrift kan ikke leses.")
    if key is None:
        raise Refused("Beviset er fra en annen logg enn den reglene nevner.")
    by_log, seen = False, set()
    for line in lines[:-1].split("\n"):
        dash, name, mark = line.split(" ")
        raw = _b64(mark)
        if dash != "\u2014":
            raise Refused("Loggens underskrift kan ikke leses.")
        if name == origin and raw[:4] == sha256(origin.encode() + b"\n\x01" + key).digest()[:4]:
            _signed(key, raw[4:], text.encode(), "Loggens underskrift er ikke ekte.")
            by_log = True
        elif (name, raw[:4]) in policy.witnesses:
            witness, witness_key = policy.witnesses[name, raw[:4]]
            said = f"cosignature/v1\ntime {int.from_bytes(raw[4:12], 'big')}\n{text}"
            _signed(witness_key, raw[12:], said.encode(), "Et vitnes underskrift er ikke ekte.")
            seen.add(witness)
    if not by_log:
        raise Refused("Loggens underskrift mangler.")
    if not _met(policy, policy.quorum, frozenset(seen)):
        raise Refused("For få uavhengige vitner har sett denne loggen.")
    return Point(origin, _number(size), _b64(root, 32), key, frozenset(seen))


def _signed(key: bytes, signature: bytes, message: bytes, otherwise: str) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except InvalidSignature:
        raise Refused(otherwise) from None


def _event(data: bytes) -> dict[str, object]:
    """Canonical bytes, version 2."""
    version, at, tenant, count, delivered, *lengths = HEAD.unpack_from(data)
    if version != 2 or delivered > 1 or HEAD.size + sum(lengths) != len(data):
        raise Refused("En hendelse kan ikke leses.")
    event: dict[str, object] = {"at": at, "tenant": tenant, "count": count}
    begin = HEAD.size
    for name, length in zip(FIELDS, lengths, strict=True):
        raw = data[begin : begin + length]
        event[name] = raw if name in ("id", "attest", "decision") else raw.decode()
        begin += length
    return event


def _leaf(salt: bytes, seq: int, before: bytes, canonical: bytes) -> bytes:
    commitment = sha256(salt + seq.to_bytes(8, "big") + before + canonical).digest()
    return sha256(b"\x00" + commitment).digest()


def _place(leaves: dict[int, bytes], index: int, leaf: bytes) -> None:
    if index in leaves:
        raise Refused("To hendelser står på samme plass.")
    leaves[index] = leaf


def _epochs(entries: list[Json], point: Point, leaves: dict[int, bytes]) -> list[str]:
    """What was lost when the log was restored; every epoch but the first has its declaration."""
    said = []
    for number, item in enumerate(entries, 2):
        data = _b64(item["entry"])
        kind, at, epoch, kept, reason, note = EPOCH.unpack_from(data)
        if (
            kind != 0x81
            or epoch != number
            or EPOCH.size + reason + note != len(data)
            or kept != item["index"]
        ):
            raise Refused("Loggens egne opplysninger kan ikke leses.")
        _place(leaves, item["index"], _leaf(_b64(item["salt"], 16), 0, bytes(32), data))
        last = data[EPOCH.size + reason :].decode().split("\n")
        lost = max(0, _number(last[1]) - kept) if len(last) > 1 else 0
        said.append(
            f"Loggen ble gjenopprettet {_time(at)}: minst {lost} hendelser i hele loggen gikk tapt. "
            f"Grunn: {data[EPOCH.size : EPOCH.size + reason].decode()}"
        )
    if point.origin.rpartition("/")[2] != str(len(entries) + 1):
        raise Refused("Det mangler opplysninger om at loggen er gjenopprettet.")
    return said


def _heads(
    item: Json | None,
    who: tuple[int, str],
    events: list[tuple[int, tuple[int, bytes]]],
    leaves: dict[int, bytes],
) -> tuple[int, int] | None:
    """(time, events after it) of the newest daily heads, which say how many events of hers there are."""
    if item is None:
        return None
    data, secret = _b64(item["entry"]), _b64(item["secret"], 32)
    kind, at, size, count, root, secret_hash, _ = HEADS.unpack(data)
    if kind != 0x80 or sha256(secret).digest() != secret_hash or not 0 <= size <= item["index"]:
        raise Refused("Loggens egne opplysninger kan ikke leses.")
    _place(leaves, item["index"], _leaf(_b64(item["salt"], 16), 0, bytes(32), data))
    key = hmac.digest(secret, who[0].to_bytes(8, "big") + who[1].encode(), "sha256")
    places = []
    for place in item["places"]:
        pair = _b64(place["key"], 32) + _b64(place["value"], 32)
        path = [_b64(step, 32) for step in place["path"]]
        if not _included(sha256(b"\x00" + pair).digest(), place["position"], count, path, root):
            raise Refused("Dagens oversikt over antall hendelser stemmer ikke.")
        places.append((place["position"], pair[:32], pair[32:]))
    before = [head for index, head in events if index < size]
    if before:
        seq, leaf = before[-1]
        value = sha256(seq.to_bytes(8, "big") + leaf).digest()
        if [(k, v) for _, k, v in places] != [(key, value)]:
            raise Refused("Det mangler hendelser: loggen har flere enn de som er gjengitt her.")
    elif not _absent(key, [(position, k) for position, k, _ in places], count):
        raise Refused("Det mangler hendelser: loggen har noen, og her er ingen.")
    return at, len(events) - len(before)


def _absent(key: bytes, around: list[tuple[int, bytes]], count: int) -> bool:
    """Whether these neighbours leave no place for the key."""
    if len(around) == 2:
        (left, less), (right, more) = around
        return right == left + 1 and less < key < more
    if len(around) == 1:
        position, other = around[0]
        return (position == 0 and key < other) or (position == count - 1 and other < key)
    return count == 0 and not around


def _included(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
    """RFC 9162 2.1.3.2"""
    if not 0 <= index < size:
        return False
    fn, sn, found = index, size - 1, leaf
    for step in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            found = _node(step, found)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = _node(found, step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and found == root


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def _root(size: int, leaves: dict[int, bytes], hashes: list[bytes]) -> bytes:
    """The root of the tree that has these leaves at their places and `hashes`, from the left, where there is none."""
    places, rest = sorted(leaves), iter(hashes)
    if places and places[-1] >= size:
        raise Refused("En hendelse står utenfor loggen.")

    def over(lo: int, hi: int, first: int, last: int) -> bytes:
        if first == last:
            return next(rest, b"")
        if hi - lo == 1:
            return leaves[lo]
        split = lo + (1 << (hi - lo - 1).bit_length() - 1)
        middle = bisect_left(places, split, first, last)
        left = over(lo, split, first, middle)
        return _node(left, over(split, hi, middle, last))

    root = over(0, size, 0, len(places)) if size else sha256(b"").digest()
    if next(rest, None) is not None:
        raise Refused("Filen har noe for mye.")
    return root


def check_evidence(folder: Path, policy_text: str | None = None) -> Verdict:
    """The bundle of a story: signature and hashes, a receipt or an owner for every message, the order, proofs of the log.

    Accepted with all eight criteria passed, and not otherwise. Never raises. docs/adr/0169, 0179: the layout.
    """
    try:
        return _check_evidence(folder, policy_text)
    except Refused as refused:
        return Verdict(False, ("AVVIST: beviset holder ikke.", str(refused)))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        return Verdict(False, ("AVVIST: beviset holder ikke.", "Mappen kan ikke leses som et bevis."))


def _check_evidence(folder: Path, policy_text: str | None) -> Verdict:
    manifest = json.loads((folder / "manifest.json").read_bytes())
    if manifest["format"] != EVIDENCE:
        raise Refused("Mappen er av et annet format.")
    unsigned = _written({name: value for name, value in manifest.items() if name != "signature"})
    key = _b64(manifest["key"], 32)
    _signed(
        key, _b64(manifest["signature"], 64), f"{EVIDENCE}\n".encode() + unsigned, "Innholdslisten er endret."
    )
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - {"manifest.json"}
    if there != set(manifest["files"]):
        raise Refused(
            f"Filer mangler eller er for mange: {', '.join(sorted(there ^ set(manifest['files'])))}"
        )
    for path, wanted in manifest["files"].items():
        if sha256((folder / path).read_bytes()).hexdigest() != wanted:
            raise Refused(f"Filen er endret: {path}")
    story, wire = (json.loads((folder / name).read_bytes()) for name in ("story.json", "wire.json"))
    _as_carried(folder, wire)
    counts = _receipts(wire, story["unanswered"])
    _in_order(story["steps"], {each["msg_id"] for each in wire})
    proofs = _proofs(
        folder, [p for p in sorted(there) if p.startswith("log/") and p.endswith(".json")], policy_text, key
    )
    if policy_text is not None and key not in _policy(policy_text).logs.values():
        # Without this, whoever takes the proofs out of a bundle may sign the rest anew.
        raise Refused("Innholdslisten er signert av en annen enn loggen.")
    by = "loggens nøkkel" if proofs else "en egen nøkkel"
    mark = base64.b64encode(sha256(key).digest()).decode()
    told = [
        f"Trinn {s['place']} ({s['does']}) gikk ikke: {s['said']}"
        for s in story["steps"]
        if s["state"] != "ok"
    ]
    told += [
        f"Krav {n}: {c['words']}: {c['state']} {c['why']}".rstrip()
        for n, c in sorted(story["criteria"].items())
    ]
    whole = sorted(story["criteria"]) == list("12345678")
    if not whole or not story["done"] or any(c["state"] != "passed" for c in story["criteria"].values()):
        return Verdict(False, ("AVVIST: historien gikk ikke som den skulle.", *told))
    first = (
        f"{story['story']}: {len(story['steps'])} trinn i rekkefølge, {len(manifest['files'])} filer uendret"
    )
    signature = f"Innholdslisten er signert med {by}: {mark}"
    return Verdict(True, (first, counts, f"{proofs} bevis fra tilgangsloggen holder", signature, *told))


def _as_carried(folder: Path, wire: list[Json]) -> None:
    """What is said of each message stands in it: its own id, and for a receipt the id that it answers."""
    for each in wire:
        written = (folder / each["file"]).read_bytes().lower()
        if any(id and id.lower().encode() not in written for id in (each["msg_id"], each["answers"])):
            raise Refused(f"Filen er en annen melding enn listen sier: {each['file']}")


def _receipts(wire: list[Json], owned: Json) -> str:
    """Every message that was carried has a receipt that names it, or somebody who has it in hand."""
    answered = {each["answers"] for each in wire if each["type"] == "APPREC"}
    messages = {each["msg_id"] for each in wire if each["type"] != "APPREC"}
    lost = messages - answered - set(owned)
    if lost:
        raise Refused(f"Uten kvittering og uten eier: {', '.join(sorted(lost))}")
    return (
        f"{len(messages)} meldinger: {len(messages & answered)} kvittert, {len(messages - answered)} har eier"
    )


def _in_order(steps: list[Json], carried: set[str]) -> None:
    """As they were planned, and as they were played; a step with a receipt stands on the wire."""
    if [s["place"] for s in steps] != list(range(1, len(steps) + 1)):
        raise Refused("Trinnene står ikke i rekkefølge.")
    for name in ("planned", "at"):
        times = [datetime.fromisoformat(s[name]) for s in steps if s[name]]
        if any(later < earlier for earlier, later in itertools.pairwise(times)):
            raise Refused("Trinnene står ikke i rekkefølge.")
    for each in steps:
        if each["receipt"] and each["msg_id"] not in carried:
            raise Refused(f"Trinn {each['place']} har en kvittering for en melding som ikke er med.")


def _proofs(folder: Path, paths: list[str], policy_text: str | None, key: bytes) -> int:
    """They hold, and whoever signed the manifest has the log's own key."""
    for path in paths:
        data = (folder / path).read_bytes()
        verdict = check(data, policy_text)
        if not verdict.accepted:
            raise Refused(f"{path}: {' '.join(verdict.lines)}")
        logs = _policy(policy_text if policy_text is not None else json.loads(data)["policy"]).logs
        if key not in logs.values():
            raise Refused("Innholdslisten er signert av en annen enn loggen.")
    return len(paths)


def _check_entry(text: str, policy_text: str | None) -> Verdict:
    """A single entry as https://c2sp.org/tlog-proof; its extra line is what the leaf is made of."""
    if policy_text is None:
        raise Refused("Et bevis for én hendelse trenger nøkler utenfra: bruk --policy.")
    head, _, note = text.partition("\n\n")
    first, extra, index, *path = head.split("\n")
    if first != TLOG_PROOF or not extra.startswith("extra ") or not index.startswith("index "):
        raise Refused("Filen kan ikke leses som et bevis.")
    point = _checkpoint(note, _policy(policy_text))
    place = _number(index[6:])
    leaf = sha256(b"\x00" + sha256(_b64(extra[6:])).digest()).digest()
    if not _included(leaf, place, point.size, [_b64(step, 32) for step in path], point.root):
        raise Refused("Hendelsen står ikke i loggen slik den er gjengitt her.")
    return Verdict(True, (f"Hendelsen står på plass {place} i loggen.", _seen(point)))


def _verdict(
    bundle: Json, point: Point, closed: tuple[int, int] | None, lost: list[str], pinned: bool
) -> tuple[str, ...]:
    count = len(bundle["events"])
    complete = f"Komplett til og med {_time(closed[0])}" if closed else "Ikke lukket for noen dag ennå"
    lines = [f"{complete} · Ingenting er endret · {_seen(point)}"]
    lines.append(f"{count} hendelser; hele loggen har {point.size} ({point.origin}).")
    if closed and closed[1]:
        lines.append(f"{closed[1]} av dem kom etterpå; de er med, og lukkes ved neste døgnskifte.")
    lines += lost
    if not point.seen_by:
        lines.append("Uten vitner kunne den som rår over både loggen og nøkkelen, ha skrevet alt på nytt.")
    if not pinned:
        mark = base64.b64encode(sha256(point.key).digest()).decode()
        lines.append(
            f"Nøklene står i filen selv. Sammenlign loggens nøkkel med den kommunen har publisert: {mark}"
        )
    return tuple(lines)


def _seen(point: Point) -> str:
    count = len(point.seen_by)
    if not count:
        return "Ikke sett av noe uavhengig vitne"
    return f"Sett av {count} {'uavhengig vitne' if count == 1 else 'uavhengige vitner'}"


def _words(event: dict[str, object]) -> str:
    refused = "" if event["outcome"] == "permit" else " (avvist)"
    who = ", ".join(str(event[name]) for name in ("actor_name", "role", "unit") if event[name])
    return f"{_time(event['at'])}{refused}  {who}: {event['words']}"


def _time(us: object) -> str:
    """Norwegian time, by the rule of the European Union, so that it needs no data from outside."""
    assert isinstance(us, int)
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=us // 1_000_000)
    begins, ends = (_last_sunday(at.year, month) for month in (3, 10))
    at += timedelta(hours=2 if begins <= at < ends else 1)
    return f"{at:%d.%m.}{at.year:04} kl. {at:%H.%M}"


def _last_sunday(year: int, month: int) -> datetime:
    last = datetime(year, month, 31, 1, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def main() -> None:
    arguments = sys.argv[1:]
    events = "--events" in arguments
    arguments = [a for a in arguments if a != "--events"]
    policy = None
    if "--policy" in arguments:
        at = arguments.index("--policy")
        policy = Path(arguments[at + 1]).read_text("utf-8") if at + 1 < len(arguments) else None
        arguments = arguments[:at] + arguments[at + 2 :]
    if len(arguments) != 1 or arguments[0].startswith("-"):
        sys.stderr.write("akson-verify FILE|FOLDER [--policy FILE] [--events]\n")
        raise SystemExit(2)
    path = Path(arguments[0])
    verdict = check_evidence(path, policy) if path.is_dir() else check(path.read_bytes(), policy)
    sys.stdout.write("".join(f"{line}\n" for line in (*verdict.lines, *(verdict.events if events else ()))))
    raise SystemExit(0 if verdict.accepted else 1)


if __name__ == "__main__":
    main()
