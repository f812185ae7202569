"""What a node is told so that it talks to a lab: `post.toml`, and for the commands `lab.json` with the lab's address."""

import json
from pathlib import Path
from typing import Any

from akson.app import demo_houses
from akson.app.demo import astrid_admission_arguments
from akson.app.posting import houses
from akson.app.posting.declared import FILE_NAME
from akson.app.posting.opening import client_keys
from akson.exchange.transport.folder import write_whole
from akson.fhir.problem import Problem, ProblemKind
from akson.world import SystemClock
from akson_lab import town
from akson_lab.facts import Party, Stay
from akson_lab.houses.addresses import HUB
from akson_lab.town import Town

LAB = "lab.json"


def jwk(data: Path) -> dict[str, Any]:
    """Public key of the node's client at the lab's HelseID; the pair is made when absent."""
    return client_keys(data).client.registration()


def patient() -> Stay:
    """Whom the lab writes about: Astrid of the demo."""
    told = astrid_admission_arguments(SystemClock().now())
    fields = {
        name: getattr(told, name) for name in Stay.__dataclass_fields__ if name not in ("sender", "receiver")
    }
    sender, receiver = (
        Party(a.organisation, a.organisation_her, a.service, a.service_her)
        for a in (told.sender, told.receiver)
    )
    return Stay(**fields, sender=sender, receiver=receiver)


def check(data: Path) -> None:
    """Raises Problem AKS-POST-010: a file that a person wrote is never written over."""
    path = data / FILE_NAME
    if path.exists() and not path.read_text("utf-8").startswith(demo_houses.MARKS):
        raise Problem(
            ProblemKind.CONFLICT,
            "AKS-POST-010",
            f"There is a {FILE_NAME} that the lab has not written.",
            why="It says how this node reaches real partners.",
            now="Choose another data folder with --data, or move the file away.",
        )


def join(data: Path, made: Town, address: str) -> None:
    """Writes both files. The node reads them when it starts."""
    text = post_file(made)
    write_whole(data, FILE_NAME, text.encode())
    write_whole(data, LAB, json.dumps({"address": address}).encode())


def post_file(made: Town) -> str:
    nhn = made.nhn
    ours = ", ".join(f'"{her}"' for her in town.OURS)
    partners = "".join(
        f'\n[[partner]]\nher_id = "{house.her}"\nname = "{name}"\ntransport = "edi20"\n'
        for name, house in made.houses.items()
    )
    return (
        f'{demo_houses.LAB_MARK}\notherwise = "folder"\nprescription_hub = "{HUB}"\n\n'
        f'[helseid]\naddress = "{nhn.helseid_address}"\nclient_id = "{town.CLIENT}"\n\n'
        f'[register]\naddress = "{nhn.register_address}"\n\n'
        f'[edi20]\naddress = "{nhn.message_server_address}"\nher_ids = [{ours}]\npoll_seconds = 1\n'
        f"{houses.written(demo_houses.HOUSES)}{partners}"
    )


def lab_address(data: Path) -> str:
    """Raises Problem AKS-POST-011 when no lab was started for that folder."""
    try:
        return str(json.loads((data / LAB).read_bytes())["address"])
    except (OSError, ValueError, KeyError):
        raise Problem(
            ProblemKind.NOT_FOUND,
            "AKS-POST-011",
            "No lab plays with this data folder.",
            now="Start one: akson lab up.",
        ) from None
