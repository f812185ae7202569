"""What goes wrong inside a message before it is sent: each kind by one name, so that a story can ask for it.

| name | what is wrong |
| --- | --- |
| `help-number` | the patient has a help number, as before the hospital knows who she is |
| `wrong-service` | the service in the header is none of the municipality's |
| `copy` | the doctors of the same municipality get a copy, in the same inbox |
| `no-id` | no identifier of the patient |
| `invalid` | the time of the event is missing, which the schema demands |
| `incomplete` | what the profile demands beyond the schema: the expected course, or the practical information |
"""

import re
from dataclasses import replace

from akson_lab.facts import Party, Stay
from akson_lab.houses.addresses import DOCTORS, address
from akson_lab.people import Resident

BENT = ("help-number", "wrong-service", "copy", "no-id", "invalid", "incomplete")
UNKNOWN_SERVICE = "990099"


def of_facts(bent: str, facts: Stay, person: Resident) -> tuple[Stay, tuple[int, ...]]:
    """The facts as they are written, and who gets a copy. Raises ValueError for a bend that there is not."""
    if bent not in BENT:
        raise ValueError(f"no such bend: {bent}; there are {', '.join(BENT)}")
    if bent == "help-number":
        return replace(facts, national_id=person.help_number), ()
    if bent == "wrong-service":
        told = facts.receiver
        return replace(
            facts,
            receiver=Party(told.organisation, told.organisation_her, "Nedlagt tjeneste", UNKNOWN_SERVICE),
        ), ()
    return facts, (DOCTORS,) if bent == "copy" else ()


def of_bytes(bent: str, document: bytes) -> bytes:
    text = document.decode()
    if bent == "copy":
        return text.replace("</Receiver>", f"</Receiver>{_copy(address(DOCTORS))}", 1).encode()
    if bent == "help-number":
        return text.replace('V="FNR" DN="Fødselsnummer"', 'V="HNR" DN="H-nummer"', 1).encode()
    if bent == "no-id":
        start, sign, rest = text.partition("<Patient>")
        return (start + sign + re.sub(r"<Ident>.*?</Ident>", "", rest, count=1, flags=re.S)).encode()
    if bent == "invalid":
        return re.sub(
            r"<TidspunktForHendelse\b[^>]*?(/>|>.*?</TidspunktForHendelse>)", "", text, count=1, flags=re.S
        ).encode()
    return document


def _copy(to: Party) -> str:
    def ident(her: str) -> str:
        return f'<Ident><Id>{her}</Id><TypeId V="HER" DN="HER-id" S="2.16.578.1.12.4.1.1.9051"/></Ident>'

    return (
        '<OtherReceiver><RoleReceiver V="COP" DN="Kopimottaker"/><Organisation>'
        f"<OrganisationName>{to.organisation}</OrganisationName>{ident(to.organisation_her)}<Organisation>"
        f"<OrganisationName>{to.service}</OrganisationName>{ident(to.service_her)}</Organisation></Organisation></OtherReceiver>"
    )
