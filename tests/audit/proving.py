"""Logs, witnesses and proofs for tests of the verifiers."""

import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.audit.test_log import KEY, ORIGIN, Stage

from akson.audit import checkpoint, cosigning, policy
from akson.audit.log import AccessLog
from akson.audit.policy import Policy

VERIFIER = Path(__file__).parents[2] / "src" / "akson_verify.py"
COMMAND = [sys.executable, "-I", str(VERIFIER)]
"""The file by itself: nothing of Akson can be imported."""
WITNESSES = {
    name: Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32)
    for n, name in enumerate(("lillefjord", "havn", "fylket"), 40)
}
COUNTY = f"""
witness a {cosigning.witness_key("lillefjord", WITNESSES["lillefjord"])} http://127.0.0.1:1
witness b {cosigning.witness_key("havn", WITNESSES["havn"])}
witness c {cosigning.witness_key("fylket", WITNESSES["fylket"])}
group kommuner any a b
group alle all kommuner c
quorum alle
"""
POLICY: Policy = policy.read(COUNTY)
LOG_KEY = policy.log_key(ORIGIN, KEY.public_key())


async def cosign_newest(stage: Stage, log: AccessLog, *names: str) -> None:
    """As witnesses that have seen the newest state."""
    point = (await stage.rows.checkpoints(1))[0]
    text, _ = checkpoint.split(point.note)
    for name in names or WITNESSES:
        line = cosigning.cosign(text, name, WITNESSES[name], 1_764_000_000)
        await stage.rows.keep_cosignature(point.size, name, line, stage.clock.now())
