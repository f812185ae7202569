"""`python -m akson_lab admission …`: one message, on standard output or into a folder. `nhn`: NHN in a box."""

import argparse
import asyncio
import json
import sys
import uuid
from datetime import date, datetime
from pathlib import Path
from typing import Any

from akson_lab.facts import Party, Shipment, Stay
from akson_lab.hospital import admission_message
from akson_lab.nhn import by_hand
from akson_lab.old_products import gerda, letters_only


def main() -> None:
    given = _arguments().parse_args()
    if given.message == "nhn":
        try:
            asyncio.run(by_hand.serve(_told(given.file), tuple(given.ports), given.seed, given.speed))
        except KeyboardInterrupt:
            return
        return
    if given.message == "gerda":
        sys.stdout.buffer.write(gerda.dump(given.edition))
        return
    if given.message == "brev":
        print(f"{letters_only.write(given.into)} letters in {given.into}")
        return
    content = admission_message(_stay(given), Shipment(given.message_id))
    if given.into is None:
        sys.stdout.buffer.write(content)
        return
    # Under another name until it is whole: a post that is looking must never see half a message.
    part = given.into / f"{given.message_id}.part"
    part.write_bytes(content)
    print(part.replace(given.into / f"{given.message_id}.xml"))


def _stay(given: argparse.Namespace) -> Stay:
    now = datetime.now().astimezone()
    return Stay(
        sender=given.sender,
        receiver=given.receiver,
        national_id=given.national_id,
        given=given.given,
        family=given.family,
        born=given.born,
        female=given.sex == "female",
        street=given.street,
        postal_code=given.postal_code,
        city=given.city,
        admitted_at=(given.admitted or now).astimezone(),
        sent_at=now,
        ward=given.ward,
        ward_phone=given.ward_phone,
        responsible_given=given.responsible[0],
        responsible_family=given.responsible[1],
        responsible_hpr=given.responsible[2],
        description=given.description,
    )


def _told(file: Path | None) -> dict[str, Any]:
    return json.loads(file.read_text("utf-8")) if file else {}


def _party(text: str) -> Party:
    parts = [part.strip() for part in text.split("/")]
    if len(parts) != 4:
        raise argparse.ArgumentTypeError("write it as ORGANISATION/HER/SERVICE/HER")
    return Party(*parts)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m akson_lab", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="message")
    nhn = commands.add_parser(
        "nhn", help="HelseID, EDI 2.0 and the address register on loopback", epilog=by_hand.EXAMPLE
    )
    nhn.add_argument("--file", type=Path, help="parties and clients, JSON")
    nhn.add_argument("--ports", type=int, nargs=3, default=(0, 0, 0), metavar="PORT")
    nhn.add_argument("--seed", type=int, default=0)
    nhn.add_argument("--speed", type=float, default=1.0, help="60 makes an hour of a minute")
    old = commands.add_parser("gerda", help="the SQL dump of an old product, on standard output")
    old.add_argument("--edition", type=int, choices=(1, 2), default=1)
    sent = commands.add_parser("brev", help="what a product that only sends messages has sent")
    sent.add_argument("--into", type=Path, required=True, metavar="FOLDER")
    message = commands.add_parser("admission", help="LOG_INNLAGT: a citizen has been admitted to hospital")
    party = {"type": _party, "required": True, "metavar": "ORGANISATION/HER/SERVICE/HER"}
    message.add_argument("--sender", **party)
    message.add_argument("--receiver", **party)
    message.add_argument("--national-id", required=True)
    message.add_argument("--given", required=True)
    message.add_argument("--family", required=True)
    message.add_argument("--born", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")
    message.add_argument("--sex", choices=("female", "male"), required=True)
    message.add_argument("--street", default="")
    message.add_argument("--postal-code", default="")
    message.add_argument("--city", default="")
    message.add_argument("--admitted", type=datetime.fromisoformat, metavar="TIME", help="default: now")
    message.add_argument("--ward", required=True)
    message.add_argument("--ward-phone", required=True)
    message.add_argument("--responsible", nargs=3, required=True, metavar=("GIVEN", "FAMILY", "HPR"))
    message.add_argument("--description", default="")
    message.add_argument("--message-id", default=str(uuid.uuid4()), metavar="UUID")
    message.add_argument("--into", type=Path, metavar="FOLDER", help="a post folder's `in`")
    return parser


if __name__ == "__main__":
    main()
