"""A log and its witnesses: every state is signed within the interval, and none that hides something."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.audit.proving import LOG_KEY
from tests.audit.test_log import KEY, ORIGIN, Stage, event, stage
from tests.audit.test_proofs import DAY

import akson_verify
from akson.audit import checkpoint, epochs, origin, policy, proofs, statements, witnesses
from akson.audit.log import AccessLog
from akson.audit.verification import verify
from akson.audit.witness import Witness
from akson.audit.witnesses import Said
from akson.fhir.problem import Problem
from akson.world import SeededRandom

__all__ = ["stage"]


class Town:
    """Some witnesses, reached without a network."""

    def __init__(self, folder: Path, stage: Stage, names: str = "a b c") -> None:
        self.clock = stage.clock
        self.there: dict[str, Witness] = {}
        for n, name in enumerate(names.split(), 50):
            key = Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32)
            self.there[name] = Witness(f"{name}.example", key, {ORIGIN: LOG_KEY}, folder / name, stage.clock)
        lines = [f"witness {n} {w.verifier_key} http://{n}" for n, w in self.there.items()]
        lines += [f"group some 2 {' '.join(self.there)}", "quorum some"]
        self.policy = policy.read("\n".join(lines) + "\n")
        self.asleep: set[str] = set()

    async def post(self, address: str, body: bytes) -> tuple[int, str]:
        name = address.removeprefix("http://").partition("/")[0]
        if name in self.asleep:
            raise TimeoutError
        answer = self.there[name].add_checkpoint(body)
        return answer.status, answer.body

    async def ask(self, log: AccessLog) -> list[Said]:
        return [await witnesses.ask(log, witness, self.post) for witness in self.policy.witnesses]

    def lets_in(self, key: policy.VerifierKey) -> None:
        for witness in self.there.values():
            witness.logs = {**witness.logs, key.name: key}


@pytest.fixture
def town(stage: Stage, tmp_path: Path) -> Town:
    return Town(tmp_path, stage)


async def test_witnesses_sign_as_the_log_grows(stage: Stage, town: Town) -> None:
    log = stage.log()
    for n in range(6):
        await log.append([event(300 * n + k, f"p{k % 5}") for k in range(300)])
        await log.grow()
        assert await town.ask(log) == [Said.SIGNED] * 3
        assert await town.ask(log) == [Said.NOTHING_NEW] * 3
    await log.close_day(DAY)
    await town.ask(log)
    said = akson_verify.check(await proofs.of_patient(log, 1, "p3", town.policy))
    assert said.accepted and "Sett av 3 uavhengige vitner" in said.lines[0]


async def test_one_who_sleeps_is_caught_up_with_and_a_quorum_is_enough(stage: Stage, town: Town) -> None:
    log = stage.log()
    town.asleep = {"a", "b"}
    await log.append([event(n) for n in range(10)])
    await log.grow()
    assert await town.ask(log) == [Said.SILENT, Said.SILENT, Said.SIGNED]
    with pytest.raises(Problem):
        await proofs.newest(log, town.policy)
    town.asleep = {"a"}
    await log.append([event(n) for n in range(10, 600)])
    await log.grow()
    assert await town.ask(log) == [Said.SILENT, Said.SIGNED, Said.SIGNED]
    note, point = await proofs.newest(log, town.policy)
    assert point.size == 600 and note.count("\u2014") == 3
    town.asleep = set()
    assert await town.ask(log) == [Said.SIGNED, Said.NOTHING_NEW, Said.NOTHING_NEW]


async def test_a_node_that_forgot_the_answer_is_told_the_size(stage: Stage, town: Town) -> None:
    log = stage.log()
    await log.append([event(n) for n in range(10)])
    await log.grow()
    await town.ask(log)
    await stage.sql("delete from log.cosignature")
    await log.append([event(11)])
    await log.grow()
    assert await town.ask(log) == [Said.SIGNED] * 3


async def test_a_log_that_was_emptied_or_remembers_more_than_it_holds_is_found(
    stage: Stage, town: Town
) -> None:
    log = stage.log()
    assert await town.ask(log) == [Said.NOTHING_NEW] * 3, "a new log has nothing, and may say so"
    await log.append([event(n) for n in range(10)])
    await log.close()
    assert await town.ask(log) == [Said.SIGNED] * 3
    await stage.sql("delete from log.log_checkpoint")
    assert await town.ask(stage.log()) == [Said.FORKED] * 3
    await stage.sql("delete from log.cosignature")
    assert await town.ask(stage.log()) == [Said.FORKED] * 3


async def cut_back(stage: Stage, size: int) -> None:
    """As a database that was restored to the moment when the log had this size, and had just been signed."""
    note = await stage.rows.checkpoint(size)
    assert note is not None
    await stage.sql(
        f"delete from log.access_event where idx >= {size};"
        f"update log.log_state set size = {size};"
        f"delete from log.log_checkpoint where size > {size}; delete from log.cosignature where size > {size};"
        f"delete from log.heads_page where size >= {size}; delete from log.heads where size >= {size};"
    )
    fresh = stage.log()
    edge, chains = await _made_again(stage, size)
    values = ", ".join(f"(1, '{p}', {h.seq}, '\\x{h.leaf.hex()}')" for (_, p), h in chains.items())
    tiles = size // 256
    await stage.sql(
        f"update log.log_tree set size = {size}, edge = '\\x{edge.hex()}';"
        f"delete from log.log_tile where n >= {tiles} or level > 0;"
        f"delete from log.patient_head; insert into log.patient_head values {values}"
    )
    assert (await verify(fresh)).faults == []


async def _made_again(stage: Stage, size: int) -> tuple[bytes, dict]:
    from akson.audit.chain import Chains
    from akson.audit.merkle import Edge

    chains, edge = Chains(), Edge()
    edge.append(chains.leaves(await stage.rows.events(0, size)))
    return edge.encode(), chains.heads


async def test_a_log_that_was_cut_back_is_found_at_once_and_goes_on_as_a_new_epoch(
    stage: Stage, town: Town
) -> None:
    """Point-in-time recovery: the witnesses refuse, `akson log epoch` says what is missing, and everybody sees it."""
    log = stage.log()
    await log.append([event(n, f"p{n % 3}") for n in range(300)])
    await log.grow()
    await town.ask(log)
    await log.append([event(n, f"p{n % 3}") for n in range(300, 340)])
    await log.grow()
    assert await town.ask(log) == [Said.SIGNED] * 3
    note = next(iter(town.there.values())).checkpoint_of(_hash(ORIGIN))
    with pytest.raises(Problem) as needless:
        await epochs.begin(log, "…", note, SeededRandom(1))
    assert needless.value.id == "AKS-AUDIT-040"
    await log.close()

    await cut_back(stage, 300)
    log = stage.log(5)
    assert await town.ask(log) == [Said.NOTHING_NEW] * 3
    await log.append([event(n, f"p{n % 3}") for n in range(1000, 1010)])
    await log.catch_up()
    assert await town.ask(log) == [Said.FORKED] * 3
    with pytest.raises(Problem) as foreign:
        await epochs.begin(log, "…", note.replace("340", "341"), SeededRandom(1))
    assert foreign.value.id == "AKS-AUDIT-041"

    stated = await epochs.begin(log, "Disken røk.", note, SeededRandom(6))
    assert (stated.epoch, stated.kept) == (2, 310)
    assert await town.ask(log) == [Said.REFUSED] * 3, "a new epoch is let in by hand"
    second = origin.of_epoch(ORIGIN, 2)
    town.lets_in(policy.log_key(second, KEY.public_key()))
    assert await town.ask(log) == [Said.SIGNED] * 3
    newest = (await stage.rows.checkpoints(1))[0]
    signed = checkpoint.verify_any(newest.note, KEY.public_key())
    assert signed is not None and (signed.origin, signed.size) == (second, 311)
    first = (await stage.rows.events(310, 1))[0]
    assert statements.decode(first.canonical) == stated and "340" in stated.note
    said = akson_verify.check(await proofs.of_patient(log, 1, "p1", town.policy))
    assert said.accepted, said.lines
    lost = [line for line in said.lines if "gjenopprettet" in line]
    assert lost and "minst 30 hendelser i hele loggen gikk tapt. Grunn: Disken røk." in lost[0]
    assert (await verify(log)).faults == []


def _hash(name: str) -> str:
    from hashlib import sha256

    return sha256(name.encode()).hexdigest()
