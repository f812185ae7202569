"""L-08: the verifier is written twice, in Python and for the browser; over many proofs, sound and not, they say the same."""

import base64
import json
import os
import random
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from tests.audit.proving import LOG_KEY, POLICY, cosign_newest
from tests.audit.test_log import Stage, event, stage
from tests.audit.test_proofs import DAY, lived, resigned

import akson_verify
from akson.audit import proofs
from akson.audit.policy import NO_WITNESS
from akson.audit.statements import EpochStatement
from akson.store.audit_log import StatementEntry

__all__ = ["stage"]

PAGE = Path(__file__).parents[2] / "src" / "akson" / "web" / "verify" / "verify.js"
VECTORS = 2_000


@pytest.fixture(scope="session")
def node_js() -> str:
    found = shutil.which("node")
    if not found:
        pytest.skip("No node on this machine: the browser's verifier was not compared with akson-verify.")
    return found


def verdicts(node_js: str, tmp_path: Path, cases: list[tuple[bytes, str | None]], *more: str) -> list[dict]:
    program = tmp_path / "verify.cjs"
    program.write_bytes(PAGE.read_bytes())
    asked = "".join(
        json.dumps({"proof": base64.b64encode(proof).decode(), "policy": policy}) + "\n"
        for proof, policy in cases
    )
    command = [node_js, str(Path(__file__).with_name("verdicts.cjs")), str(program), *more]
    done = subprocess.run(command, input=asked.encode(), capture_output=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


async def proofs_of_all_kinds(stage: Stage) -> list[bytes]:
    """Some events, one, none; before the first midnight and after; in a second epoch; single entries."""
    log = stage.log()
    await log.append([event(77_000, "p1")])
    await log.close()
    found = [await proofs.of_patient(log, 1, p, NO_WITNESS) for p in ("p1", "nobody")]
    log = await lived(stage, count=16, people=4)
    found += [await proofs.of_patient(log, 1, p, POLICY) for p in ("p0", "p1", "nobody", "Ærlig talt")]
    found += [(await proofs.of_entry(log, place, POLICY)).encode() for place in (0, 3, 20, 52)]
    tree = await stage.rows.tree()
    stated = EpochStatement(stage.clock.now(), 2, tree.size, "Disken røk.", "akson/test/access/1\n99\n…")
    entry = StatementEntry(b"\xff" * 16, stage.clock.now(), stated.encode(), bytes(16))
    assert await stage.rows.begin_epoch(tree.size, 2, entry)
    log = stage.log()
    await log.append([event(99_000, "p1")])
    stage.clock.advance(timedelta(days=200))
    await log.close_day(DAY)
    await cosign_newest(stage, log)
    return [*found, await proofs.of_patient(log, 1, "p1", POLICY)]


def mutated(sound: list[bytes], chance: random.Random) -> bytes:
    """One change: a bit, a byte lost or doubled, or a value inside with the log's signature made anew."""
    proof = chance.choice(sound)
    if proof.startswith(b"{") and chance.random() < 0.6:
        bundle = json.loads(proof)
        return resigned(_changed(bundle, bundle, chance))
    at = chance.randrange(len(proof))
    match chance.randrange(4):
        case 0:
            return proof[:at] + proof[at + 1 :]
        case 1:
            return proof[: at + 1] + proof[at:]
        case _:
            return proof[:at] + bytes((proof[at] ^ 1 << chance.randrange(8),)) + proof[at + 1 :]


def _changed(top: dict, here: object, chance: random.Random) -> dict:
    """Walks down to some value and changes it there."""
    while True:
        spots = list(here) if isinstance(here, dict) else list(range(len(here)))  # type: ignore[arg-type]
        if not spots:
            here.append("x")  # type: ignore[union-attr]
            return top
        spot = chance.choice(spots)
        value = here[spot]  # type: ignore[index]
        if isinstance(value, list) and value and chance.random() < 0.3:
            at = chance.randrange(len(value))
            other = chance.randrange(len(value))
            match chance.randrange(3):
                case 0:
                    del value[at]
                case 1:
                    value.insert(at, value[other])
                case _:
                    value[at], value[other] = value[other], value[at]
            return top
        if isinstance(value, dict | list) and chance.random() < 0.95:
            here = value
            continue
        here[spot] = _other(value, chance)  # type: ignore[index]
        return top


def _other(value: object, chance: random.Random) -> object:
    if isinstance(value, int):
        return chance.choice((value + 1, value - 1, 0, 2**53, True, str(value), None))
    if isinstance(value, str) and value:
        at = chance.randrange(len(value))
        return chance.choice(
            (
                value[:at] + chance.choice("AzÆ+/=\n 19") + value[at + 1 :],
                value[:at],
                value + "=",
                "",
                7,
                value + "\n",
            )
        )
    return chance.choice((None, [], {}, "", 0))


async def test_python_and_browser_say_the_same(stage: Stage, node_js: str, tmp_path: Path) -> None:
    seed = int(os.environ.get("AKSON_SEEDS", "0-0").partition("-")[0])
    chance = random.Random(seed)
    sound = await proofs_of_all_kinds(stage)
    keys = POLICY.published(LOG_KEY)
    other = keys.replace("quorum alle", "quorum c")
    cases: list[tuple[bytes, str | None]] = [(proof, None) for proof in sound]
    cases += [
        (proof, policy) for proof in sound for policy in (keys, other, "quorum none\n", "", "# ja\n" + keys)
    ]
    cases += [(mutated(sound, chance), chance.choice((None, None, None, keys))) for _ in range(VECTORS)]
    found = verdicts(node_js, tmp_path, cases)
    assert len(found) == len(cases)
    accepted = 0
    for (proof, policy), theirs in zip(cases, found, strict=True):
        ours = akson_verify.check(proof, policy)
        assert ours.accepted == theirs["accepted"], (seed, ours.lines, theirs["lines"], proof)
        if ours.accepted:
            accepted += 1
            assert list(ours.lines) == theirs["lines"] and list(ours.events) == theirs["events"]
    assert all(akson_verify.check(p).accepted for p in sound if p.startswith(b"{"))
    assert accepted >= 20, "some must be accepted, or the comparison says little"


async def test_browsers_without_ed25519_say_the_same(stage: Stage, node_js: str, tmp_path: Path) -> None:
    sound = await proofs_of_all_kinds(stage)
    chance = random.Random(2)
    cases: list[tuple[bytes, str | None]] = [(proof, None) for proof in sound]
    cases += [(mutated(sound, chance), None) for _ in range(30)]
    for (proof, policy), theirs in zip(cases, verdicts(node_js, tmp_path, cases, "slow"), strict=True):
        assert akson_verify.check(proof, policy).accepted == theirs["accepted"]
