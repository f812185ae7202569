"""A witness by the rules of C2SP tlog-witness: it signs what goes on from what it signed last, and remembers."""

import base64
import random
import threading
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from akson.audit import checkpoint, cosigning, policy
from akson.audit.checkpoint import Checkpoint
from akson.audit.merkle import EMPTY_ROOT, consistency_proof, root_of
from akson.audit.policy import VerifierKey
from akson.audit.requests import AddCheckpoint
from akson.audit.witness import SIZE_TYPE, Witness
from akson.fhir.problem import Problem
from akson.world import FixedClock

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
WITNESS_KEY = Ed25519PrivateKey.from_private_bytes(bytes([9]) * 32)
ORIGIN = "akson/storvik/access/1"
LEAVES = [sha256(bytes([n])).digest() for n in range(200)]
NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return reopened(tmp_path)


def reopened(folder: Path) -> Witness:
    logs = {ORIGIN: policy.log_key(ORIGIN, KEY.public_key())}
    return Witness("vitne.example", WITNESS_KEY, logs, folder / "signed", FixedClock(NOW))


def asked(
    old: int, size: int, leaves: list[bytes] = LEAVES, *, origin: str = ORIGIN, key: Ed25519PrivateKey = KEY
) -> AddCheckpoint:
    note = checkpoint.sign(Checkpoint(origin, size, root_of(leaves[:size])), key).decode()
    path = consistency_proof(old, size, lambda lo, hi: root_of(leaves[lo:hi])) if old <= size else []
    return AddCheckpoint(old, path, note)


def test_it_signs_what_goes_on_and_its_line_holds(witness: Witness) -> None:
    for old, size in ((0, 1), (1, 7), (7, 7), (7, 64), (64, 200)):
        request = asked(old, size)
        answer = witness.add_checkpoint(request.written())
        assert answer.status == 200
        text, _ = checkpoint.split(request.note.encode())
        assert cosigning.cosigned_at(text, answer.body, witness.verifier_key) == int(NOW.timestamp())
        mark = base64.b64decode(answer.body.split(" ")[2])
        WITNESS_KEY.public_key().verify(
            mark[12:], f"cosignature/v1\ntime {int(NOW.timestamp())}\n{text}".encode()
        )
    assert witness.checkpoint_of(sha256(ORIGIN.encode()).hexdigest()) == asked(0, 200).note + answer.body
    assert witness.checkpoint_of(sha256(b"other").hexdigest()) is None


def test_every_other_request_has_its_own_answer(witness: Witness) -> None:
    assert witness.add_checkpoint(asked(0, 50).written()).status == 200
    forked = [*LEAVES[:20], bytes(32), *LEAVES[21:]]
    no_proof = asked(50, 60)
    for status, request in (
        (404, asked(50, 60, origin="akson/storvik/access/2")),
        (403, asked(50, 60, key=Ed25519PrivateKey.generate())),
        (400, asked(70, 60)),
        (409, asked(0, 60)),
        (409, asked(40, 60)),
        (422, asked(50, 60, forked)),
        (422, asked(50, 50, forked)),
        (422, AddCheckpoint(50, [], no_proof.note)),
        (422, AddCheckpoint(50, [*no_proof.proof, bytes(32)], no_proof.note)),
    ):
        answer = witness.add_checkpoint(request.written())
        assert (answer.status, answer.body) == (status, answer.body)
        assert "\u2014" not in answer.body
    size = witness.add_checkpoint(asked(0, 60).written())
    assert (size.body, size.media_type) == ("50\n", SIZE_TYPE)
    for body in (
        b"",
        b"old 50\n",
        b"old 050\n\nx",
        b"old -1\n\nx",
        b"\xff",
        b"old 50\nAA==\n\n" + b"x" * 10,
        b"x" * 70_000,
    ):
        assert witness.add_checkpoint(body).status in (400, 404)
    with_too_many = AddCheckpoint(50, [bytes(32)] * 64, no_proof.note)
    assert witness.add_checkpoint(with_too_many.written()).status == 400
    assert witness.add_checkpoint(no_proof.written()).status == 200, "none of it moved the witness"


def test_the_empty_tree_has_one_root(witness: Witness) -> None:
    wrong = checkpoint.sign(Checkpoint(ORIGIN, 0, bytes(32)), KEY).decode()
    right = checkpoint.sign(Checkpoint(ORIGIN, 0, EMPTY_ROOT), KEY).decode()
    assert witness.add_checkpoint(AddCheckpoint(0, [], wrong).written()).status == 422
    assert witness.add_checkpoint(AddCheckpoint(0, [], right).written()).status == 200
    assert witness.add_checkpoint(AddCheckpoint(0, [bytes(32)], asked(0, 9).note).written()).status == 422


def test_it_remembers_when_started_again(tmp_path: Path) -> None:
    assert reopened(tmp_path).add_checkpoint(asked(0, 100).written()).status == 200
    again = reopened(tmp_path)
    assert again.add_checkpoint(asked(0, 90).written()).status == 409
    assert again.add_checkpoint(asked(90, 95).written()).status == 409


def test_of_many_at_once_none_moves_it_back(tmp_path: Path) -> None:
    """The race of the specification: what was said last is the largest of all that were said."""
    chance = random.Random(4)
    said: list[int] = []

    def one() -> None:
        view = reopened(tmp_path)
        old = 0
        for _ in range(15):
            size = min(200, old + chance.randrange(1, 30))
            answer = view.add_checkpoint(asked(old, size).written())
            if answer.status == 200:
                said.append(size)
                old = size
            else:
                assert answer.status == 409
                old = int(answer.body)

    threads = [threading.Thread(target=one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    note = reopened(tmp_path).checkpoint_of(sha256(ORIGIN.encode()).hexdigest())
    assert note is not None and int(note.split("\n")[1]) == max(said)


@pytest.mark.parametrize("trial", range(20))
def test_two_views_shown_to_two_witnesses_cannot_both_go_on(tmp_path: Path, trial: int) -> None:
    """L-04: a fork can be shown to two witnesses once; as soon as either is asked for the other's, it is found."""
    chance = random.Random(trial)
    common, first, second = sorted(chance.sample(range(1, 200), 3))
    other = LEAVES[:common] + [sha256(b"x" + leaf).digest() for leaf in LEAVES[common:]]
    one, two = reopened(tmp_path / "1"), reopened(tmp_path / "2")
    assert one.add_checkpoint(asked(0, first).written()).status == 200
    assert two.add_checkpoint(asked(0, second, other).written()).status == 200
    assert one.add_checkpoint(asked(first, second, other).written()).status == 422
    for size in range(second, 201, 9):
        assert two.add_checkpoint(asked(second, size).written()).status == 422
    # Nor can one quorum be had for both: the roots of one size differ.
    assert two.add_checkpoint(asked(second, second).written()).status == 422


def test_a_policy_says_who_is_enough() -> None:
    keys = [
        cosigning.witness_key(f"w{n}.example", Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32))
        for n in range(1, 5)
    ]
    lines = "".join(f"witness w{n} {key}\n" for n, key in enumerate(keys, 1))
    read = policy.read(f"# hvem\n{lines}group two 2 w1 w2 w3\ngroup both all two w4\nquorum both\n")
    for seen, enough in (
        ("", False),
        ("w1 w2", False),
        ("w1 w4", False),
        ("w1 w3 w4", True),
        ("w1 w2 w3 w4", True),
    ):
        assert read.met(seen.split()) == enough
    assert policy.read("quorum none\n").met(())
    assert str(keys[0]) in read.published(VerifierKey("a/1", 1, bytes(32)))
    for wrong in (
        "",
        lines,
        lines + "quorum w9\n",
        lines + "quorum w1\nquorum w2\n",
        lines + "group g 3 w1 w2\nquorum g\n",
        lines + "group g 0 w1 w2\nquorum g\n",
        lines + "group g any w1 w1\nquorum g\n",
        lines + "group g any w1\ngroup h any w1\nquorum g\n",
        lines + f"witness again {keys[0]}\nquorum w1\n",
        lines.replace("w1.example", "w7.example") + "quorum w1\n",
        "log " + str(keys[0]) + "\nquorum none\n",
    ):
        with pytest.raises(Problem) as refused:
            policy.read(wrong)
        assert refused.value.id == "AKS-AUDIT-020"


def test_the_specifications_own_cosignature_is_read() -> None:
    """https://c2sp.org/tlog-cosignature, its example: name, key id and time are where we put them."""
    line = (
        "\u2014 witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5"
        "nNo0xUe+mbIUBkBIfZ+qnA=="
    )
    mark = base64.b64decode(line.split(" ")[2])
    assert len(mark) == cosigning.MARK_BYTES and int.from_bytes(mark[4:12], "big") == 1679315147
