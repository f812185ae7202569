"""A citizen's proof and `akson-verify`: accepted as it is, refused after any change, and nothing can be left out of it."""

import ast
import json
import random
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.audit.proving import COMMAND, LOG_KEY, POLICY, VERIFIER, cosign_newest
from tests.audit.test_log import KEY, Stage, event, stage

import akson_verify
from akson.audit import proofs, tiles
from akson.audit.chain import Chains
from akson.audit.log import AccessLog
from akson.audit.merkle import root_of
from akson.audit.policy import NO_WITNESS
from akson.fhir.problem import Problem

__all__ = ["stage"]

DAY = date(2026, 11, 24)


async def lived(stage: Stage, *, count: int = 300, people: int = 7) -> AccessLog:
    """A log of some days: events of several, heads at each midnight, and some after the last."""
    log = stage.log()
    for day in range(3):
        await log.append([event(day * count + n, f"p{n % people}") for n in range(count)])
        stage.clock.advance(timedelta(days=1))
        await log.close_day(DAY + timedelta(days=day))
    await log.append([event(9_000 + n, f"p{n % people}") for n in range(20)])
    await log.close()
    await cosign_newest(stage, log)
    return log


async def test_a_proof_is_accepted_and_says_so_in_words(stage: Stage) -> None:
    proof = await proofs.of_patient(await lived(stage), 1, "p3", POLICY)
    said = akson_verify.check(proof)
    assert said.accepted, said.lines
    assert said.lines[0] == (
        "Komplett til og med 27.11.2026 kl. 09.12 · Ingenting er endret · Sett av 3 uavhengige vitner"
    )
    assert said.lines[1] == "132 hendelser; hele loggen har 923 (akson/test/access/1)."
    assert said.lines[2] == "3 av dem kom etterpå; de er med, og lukkes ved neste døgnskifte."
    assert "Sammenlign loggens nøkkel" in said.lines[3]
    assert said.events[0].startswith("24.11.2026 kl. 09.12  Ida Nilsen, nurse, Hjemmetjenesten Øst: ")
    pinned = akson_verify.check(proof, POLICY.published(LOG_KEY))
    assert pinned.accepted and pinned.lines == said.lines[:3]


async def test_the_file_by_itself_is_the_program(stage: Stage, tmp_path: Path) -> None:
    proof = await proofs.of_patient(await lived(stage, count=20), 1, "p1", POLICY)
    path = tmp_path / "bevis.json"
    path.write_bytes(proof)
    good = subprocess.run([*COMMAND, str(path), "--events"], capture_output=True, text=True)
    assert good.returncode == 0 and "Komplett til og med" in good.stdout and "Ida Nilsen" in good.stdout
    path.write_bytes(proof.replace(b'"index": 1,', b'"index": 2,'))
    bad = subprocess.run([*COMMAND, str(path)], capture_output=True, text=True)
    assert bad.returncode == 1 and bad.stdout.startswith("AVVIST") and not bad.stderr
    assert subprocess.run([*COMMAND], capture_output=True).returncode == 2


def test_it_needs_cryptography_alone() -> None:
    tree = ast.parse(VERIFIER.read_text("utf-8"))
    named = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    named |= {alias.name for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names}
    foreign = {(m or "").split(".")[0] for m in named} - sys.stdlib_module_names
    assert foreign == {"cryptography"}


async def test_every_byte_of_a_proof_is_held(stage: Stage) -> None:
    log = await lived(stage, count=9, people=3)
    proof = await proofs.of_patient(log, 1, "p1", POLICY)
    assert akson_verify.check(proof).accepted
    chance = random.Random(11)
    for at in range(len(proof)):
        other = bytearray(proof)
        other[at] ^= chance.choice((1, 2, 4, 8, 16, 32, 64, 128, 32, 32))
        assert not akson_verify.check(bytes(other)).accepted, (at, bytes(other[at - 20 : at + 20]))
    for other in (
        proof + b"\n",
        b" " + proof,
        proof[:-1],
        proof.replace(b"\n", b"\r\n"),
        b"",
        b"[]",
        b"null",
    ):
        assert not akson_verify.check(other).accepted


def resigned(bundle: dict) -> bytes:
    """As one who has the log's key and no witness."""
    unsigned = {k: v for k, v in bundle.items() if k != "signature"}
    mark = KEY.sign(f"{proofs.FORMAT}\n".encode() + proofs.written(unsigned))
    return proofs.written(unsigned | {"signature": proofs._b64(mark)})


async def test_nothing_can_be_left_out_or_moved_even_by_one_who_holds_the_key(stage: Stage) -> None:
    """L-05: omission of any of her events, before the day's heads or after, is found by her own tool."""
    log = await lived(stage, count=30, people=3)
    whole = json.loads(await proofs.of_patient(log, 1, "p1", POLICY))
    assert akson_verify.check(resigned(whole)).accepted
    size = int(whole["checkpoint"].split("\n")[1])

    async def hashes(bundle: dict) -> list[str]:
        """Honest hashes of the rest, so that the tree alone gives nothing away."""
        named = [*bundle["events"], *bundle["epochs"], bundle["heads"]]
        places = sorted(item["index"] for item in named if item)
        ask = lambda hash_of: proofs.rest_of_tree(places, size, hash_of)  # noqa: E731
        return [proofs._b64(h) for h in await tiles.answered(log.rows, ask)]

    for gone in range(len(whole["events"])):
        left = whole | {"events": whole["events"][:gone] + whole["events"][gone + 1 :]}
        left["hashes"] = await hashes(left)
        refused = akson_verify.check(resigned(left))
        last = whole["events"][-1]["index"]
        if whole["events"][gone]["index"] == last:
            # The very last, after the heads: that she was not given it shows at the next midnight.
            assert refused.accepted
            continue
        assert not refused.accepted
    none = whole | {"events": []}
    none["hashes"] = await hashes(none)
    assert not akson_verify.check(resigned(none)).accepted
    swapped = whole | {"events": [whole["events"][1], whole["events"][0], *whole["events"][2:]]}
    assert not akson_verify.check(resigned(swapped)).accepted
    await log.close_day(DAY + timedelta(days=9))
    await cosign_newest(stage, log)
    closed = json.loads(await proofs.of_patient(log, 1, "p1", POLICY))
    size = int(closed["checkpoint"].split("\n")[1])
    left = closed | {"events": closed["events"][:-1]}
    left["hashes"] = await hashes(left)
    assert not akson_verify.check(resigned(left)).accepted


async def test_that_nobody_has_looked_is_proved_too(stage: Stage) -> None:
    log = await lived(stage, count=30, people=6)
    proof = await proofs.of_patient(log, 1, "stranger", POLICY)
    said = akson_verify.check(proof)
    assert said.accepted and said.lines[1].startswith("0 hendelser"), said.lines
    bundle = json.loads(proof)
    assert len(bundle["heads"]["places"]) in (1, 2)
    other = json.loads(await proofs.of_patient(log, 1, "p2", POLICY))
    for places in (other["heads"]["places"], [], bundle["heads"]["places"] * 2):
        assert not akson_verify.check(
            resigned(bundle | {"heads": bundle["heads"] | {"places": places}})
        ).accepted


async def test_too_few_witnesses_or_another_log_is_refused(stage: Stage) -> None:
    log = await lived(stage, count=9)
    proof = await proofs.of_patient(log, 1, "p1", POLICY)
    bundle = json.loads(proof)
    for line in bundle["checkpoint"].split("\n")[5:8]:
        fewer = bundle["checkpoint"].replace(line + "\n", "")
        enough = "fylket" not in line
        assert akson_verify.check(resigned(bundle | {"checkpoint": fewer})).accepted == enough
    theirs = POLICY.published(LOG_KEY).replace("akson/test", "akson/tesu")
    assert not akson_verify.check(proof, theirs).accepted
    assert not akson_verify.check(proof, "quorum none\n").accepted


async def test_without_witnesses_it_says_what_that_means(stage: Stage) -> None:
    log = stage.log()
    await log.append([event(1, "p1")])
    with pytest.raises(Problem) as none:
        await proofs.of_patient(log, 1, "p1", POLICY)
    assert none.value.id == "AKS-AUDIT-030"
    await log.close()
    said = akson_verify.check(await proofs.of_patient(log, 1, "p1", NO_WITNESS))
    assert said.accepted and said.lines[0] == (
        "Ikke lukket for noen dag ennå · Ingenting er endret · Ikke sett av noe uavhengig vitne"
    )
    assert "Uten vitner" in said.lines[2]


async def test_one_entry_as_a_tlog_proof(stage: Stage) -> None:
    log = await lived(stage, count=40)
    keys = POLICY.published(LOG_KEY)
    for place in (0, 5, 39, 40, 41, 100, 142):
        proof = await proofs.of_entry(log, place, POLICY)
        said = akson_verify.check(proof.encode(), keys)
        assert said.accepted and said.lines[0] == f"Hendelsen står på plass {place} i loggen.", said.lines
        assert not akson_verify.check(
            proof.replace(f"index {place}", f"index {place + 1}").encode(), keys
        ).accepted
        assert not akson_verify.check(proof.encode()).accepted
    with pytest.raises(Problem):
        await proofs.of_entry(log, 9_999, POLICY)


async def test_hashes_of_any_part_come_from_tiles_and_edge(stage: Stage) -> None:
    log = stage.log()
    await log.append([event(n, f"p{n % 5}") for n in range(1_700)])
    await log.close()
    leaves = Chains().leaves(await stage.rows.events(0, 2_000))
    chance = random.Random(5)
    for _ in range(60):
        size = chance.randrange(1, 1_701)
        places = sorted(chance.sample(range(size), min(size, chance.randrange(6))))
        found = await tiles.answered(stage.rows, lambda h, p=places, s=size: proofs.rest_of_tree(p, s, h))
        honest = proofs.rest_of_tree(places, size, lambda lo, hi: root_of(leaves[lo:hi]))
        assert found == honest


def test_tile_names_are_the_specifications() -> None:
    assert tiles.TileName(0, 1_234_067).path() == "0/x001/x234/067"
    assert tiles.TileName(1, 1, 17).path() == "1/001.p/17"
    for name in (tiles.TileName(0, 0), tiles.TileName(3, 999), tiles.TileName(2, 1_000, 255)):
        assert tiles.named(name.path()) == name
    for odd in (
        "0/1",
        "00/001",
        "0/001.p/256",
        "0/001.p/0",
        "0/x000/001",
        "64/001",
        "0/001/",
        "0/x001",
        "a/001",
        "",
    ):
        assert tiles.named(odd) is None
