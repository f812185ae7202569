"""A demo node with two issuers beside the demo's own: real OpenID providers, for a browser on another site than the node."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from akson.identity import keys
from akson.identity.openid.assertion import ClientKey
from tests.app.nodes import RunningNode, node
from tests.identity.providers import CHILD, PARENT, RESOURCE, SCOPES, STAFF, Provider, provider
from tests.ports import free_port

ELSEWHERE = "127.0.0.2"


@dataclass
class Issuing:
    node: RunningNode
    helseid: Provider
    idporten: Provider


@contextmanager
def issuing(data: Path) -> Iterator[Issuing]:
    """Runs until the block ends. Skips without Node."""
    base = f"http://127.0.0.1:{free_port()}"
    with ExitStack() as stack:
        staff = stack.enter_context(
            provider("helseid", _registration(data, base, "helseid"), STAFF, host=ELSEWHERE)
        )
        citizens = stack.enter_context(
            provider("idporten", _registration(data, base, "idporten"), {}, host=ELSEWHERE)
        )
        (data / "issuers.toml").write_text(
            f"""
[[issuer]]
id = "helseid"
name = "HelseID"
profile = "helseid"
address = "{staff.issuer}"
client_id = "akson"
parent = "{PARENT}"
child = "{CHILD}"
multi_tenant = true
resource = "{RESOURCE}"
scopes = ["{SCOPES}"]

[[issuer]]
id = "idporten"
name = "ID-porten"
profile = "idporten"
address = "{citizens.issuer}"
client_id = "akson"
"""
        )
        port = base.rpartition(":")[2]
        running = stack.enter_context(
            node(data, "--workers", "2", "--port", port, command="up", AKSON_BASE_URL=base)
        )
        yield Issuing(running, staff, citizens)


def _registration(data: Path, base: str, id: str) -> dict[str, Any]:
    """What an operator would type in at the issuer's self-service."""
    client, _ = keys.issuer_keys(data / "keys", id)
    return {
        "client_id": "akson",
        "jwks": {"keys": [ClientKey(client).registration()]},
        "redirect_uris": [f"{base}/logg-inn/tilbake/{id}"],
        "post_logout_redirect_uris": [f"{base}/logg-inn?ut"],
        "backchannel_logout_uri": f"{base}/logg-ut/bakkanal/{id}",
    }
