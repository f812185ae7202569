"""Which witnesses a log has and how many must have seen it: a C2SP policy file. Pure.

    witness lillefjord lillefjord.example/w+6a3b…+BH…  https://lillefjord.example/witness
    witness fylket …
    group kommuner 1 lillefjord havn
    group alle all kommuner fylket
    quorum alle

Spec: https://c2sp.org/tlog-policy. `akson_verify` reads it on its own.
"""

import base64
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from akson.fhir.problem import Problem, ProblemKind

LOG_KEY, WITNESS_KEY = 1, 4
"""Types of signature: Ed25519 of a log, Ed25519 cosignature."""
LINES_MAX = 200


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with the name it signs as: `name+id+key`."""

    name: str
    type: int
    raw: bytes

    @property
    def id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + bytes((self.type,)) + self.raw).digest()[:4]

    @property
    def key(self) -> Ed25519PublicKey:
        return Ed25519PublicKey.from_public_bytes(self.raw)

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes((self.type,)) + self.raw).decode()}"


@dataclass(frozen=True, slots=True)
class Named:
    """A log or witness of the file; `name` is "" for a log."""

    name: str
    key: VerifierKey
    url: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    count: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    logs: Sequence[Named]
    witnesses: Sequence[Named]
    groups: Mapping[str, Group]
    quorum: str

    def met(self, seen: Collection[str], name: str | None = None) -> bool:
        """Whether these witnesses are enough."""
        wanted = self.quorum if name is None else name
        if wanted == "none":
            return True
        group = self.groups.get(wanted)
        if group is None:
            return wanted in seen
        return sum(self.met(seen, member) for member in group.members) >= group.count

    def published(self, log: VerifierKey) -> str:
        """The file that a verifier needs: this log, the witnesses without addresses, the same quorum."""
        lines = [f"log {log}"]
        lines += [f"witness {w.name} {w.key}" for w in self.witnesses]
        lines += [f"group {name} {g.count} {' '.join(g.members)}" for name, g in self.groups.items()]
        return "\n".join([*lines, f"quorum {self.quorum}"]) + "\n"


NO_WITNESS = Policy((), (), {}, "none")


def log_key(origin: str, key: Ed25519PublicKey) -> VerifierKey:
    return VerifierKey(origin, LOG_KEY, key.public_bytes_raw())


def read_key(text: str, type: int) -> VerifierKey:
    """Raises ValueError."""
    name, id, encoded = text.split("+", 2)
    raw = base64.b64decode(encoded, validate=True)
    key = VerifierKey(name, raw[0] if raw else 0, raw[1:])
    if not name or key.type != type or len(key.raw) != 32 or id != key.id.hex() or str(key) != text:
        raise ValueError(f"{text!r} is no key of this kind")
    return key


def read(text: str) -> Policy:
    """Raises Problem INVALID AKS-AUDIT-020 naming the line."""
    logs: list[Named] = []
    witnesses: list[Named] = []
    groups: dict[str, Group] = {}
    quorum = ""
    for number, line in enumerate(text.split("\n"), 1):
        words = [word for word in line.replace("\t", " ").split(" ") if word]
        if not words or words[0].startswith("#"):
            continue
        known = {"none", *groups, *(w.name for w in witnesses)}
        try:
            if number > LINES_MAX:
                raise ValueError("there are too many lines")
            match words:
                case ["log", key, *url] if len(url) < 2:
                    logs.append(Named("", read_key(key, LOG_KEY), *url))
                case ["witness", name, key, *url] if len(url) < 2 and name not in known:
                    witnesses.append(Named(name, read_key(key, WITNESS_KEY), *url))
                case ["group", name, count, *members] if members and name not in known:
                    groups[name] = _group(count, members, known, groups)
                case ["quorum", name] if not quorum and name in known:
                    quorum = name
                case _:
                    raise ValueError("it is not understood here")
        except ValueError as wrong:
            raise _wrong(f"Line {number}: {wrong}.") from wrong
    keys = [entry.key.raw for entry in (*logs, *witnesses)]
    if not quorum or len(set(keys)) != len(keys):
        raise _wrong("It names no quorum." if not quorum else "The same key stands in it twice.")
    return Policy(tuple(logs), tuple(witnesses), groups, quorum)


def _group(count: str, members: Sequence[str], known: Collection[str], groups: Mapping[str, Group]) -> Group:
    used = {member for group in groups.values() for member in group.members}
    wanted = {"all": len(members), "any": 1}.get(count) or (int(count) if count.isdecimal() else 0)
    if not 1 <= wanted <= len(members) or len(set(members)) != len(members):
        raise ValueError("the group asks for more than it has")
    if used & set(members) or not set(members) <= set(known) - {"none"}:
        raise ValueError("a member is unknown, or in another group already")
    return Group(wanted, tuple(members))


def _wrong(why: str) -> Problem:
    return Problem(
        ProblemKind.INVALID,
        "AKS-AUDIT-020",
        "The file of witnesses cannot be read.",
        why=why,
        now="Write it as https://c2sp.org/tlog-policy says; `akson witness` prints a witness's line.",
        permanent=True,
    )
