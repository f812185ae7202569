"""CPA files: how actions are addressed, whose certificates and how often, from real agreements and one of our own."""

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from akson.app.posting import declared, opening
from akson.exchange.partners import agreement
from akson.fhir.problem import Problem

OWN = """<t:CollaborationProtocolAgreement xmlns:t="http://www.oasis-open.org/committees/ebxml-cppa/schema/cpp-cpa-2_0.xsd"
 xmlns:ds="http://www.w3.org/2000/09/xmldsig#" t:cpaid="7f0c1c9e-4c55-4d0c-9d6e-0d7a35ad1c11">
<t:Start>2026-01-01T00:00:00Z</t:Start><t:End>2027-01-01T00:00:00Z</t:End>
{ours}{theirs}</t:CollaborationProtocolAgreement>"""
PARTY = """<t:PartyInfo t:partyName="{name}"><t:PartyId t:type="HER">{her}</t:PartyId><t:CollaborationRole>
<t:ProcessSpecification t:name="Foresporsel" t:version="1.1"/><t:Role t:name="{role}"/>
<t:ServiceBinding><t:Service>Avtalt-tjeneste</t:Service><t:{way}>
<t:ThisPartyActionBinding t:action="DIALOG_FORESPORSEL"/></t:{way}>
</t:ServiceBinding></t:CollaborationRole><t:Certificate t:certId="s"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{der}
</ds:X509Certificate></ds:X509Data></ds:KeyInfo></t:Certificate><t:Transport><t:TransportReceiver>
<t:Endpoint t:uri="mailto:{name}@edi.test.example"/></t:TransportReceiver></t:Transport>
<t:DocExchange><t:ebXMLSenderBinding><t:ReliableMessaging><t:Retries>3</t:Retries><t:RetryInterval>PT2H</t:RetryInterval>
</t:ReliableMessaging><t:SenderNonRepudiation><t:SigningCertificateRef t:certId="s"/></t:SenderNonRepudiation>
</t:ebXMLSenderBinding></t:DocExchange></t:PartyInfo>"""


def own(ours: str = "990002", theirs: str = "990102") -> bytes:
    der = base64.b64encode(b"not a real one").decode()
    parts = [
        PARTY.format(name=name, her=her, role=role, way=way, der=der)
        for name, her, role, way in (
            ("storvik", ours, "Spør", "CanSend"),
            ("lillefjord", theirs, "Svarer", "CanReceive"),
        )
    ]
    return OWN.format(ours=parts[0], theirs=parts[1]).encode()


def test_it_says_how_an_action_is_addressed_and_by_whom_it_is_signed() -> None:
    found = agreement.read(own())
    [(action, addressed)] = found.addressings("990102")
    assert action == "DIALOG_FORESPORSEL" and addressed == ("Avtalt-tjeneste", action, "Spør", "Svarer")
    terms = found.terms("990102")
    assert terms is not None and terms.signing == (b"not a real one",) and terms.retries == 3
    assert terms.retry_interval == timedelta(hours=2) and terms.edi_address == "lillefjord@edi.test.example"
    assert found.in_force(datetime(2026, 11, 27, tzinfo=UTC)) and not found.in_force(
        datetime(2027, 1, 1, tzinfo=UTC)
    )


def test_real_agreements_are_read(shared: Path) -> None:
    read = 0
    for path in sorted((shared / "norwegian-messages" / "examples" / "cpa").glob("*.xml")):
        if b"CollaborationProtocolAgreement" not in path.read_bytes()[:4000]:
            continue
        found = agreement.read(path.read_bytes())
        read += 1
        assert len(found.parties) == 2 and all(t.signing and t.sends and t.receives for t in found.parties), (
            path.name
        )
        for terms in found.parties:
            assert found.addressings(terms.her) and terms.encryption, (path.name, terms.her)
    assert read


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (own(theirs="990777"), "It is not with 990102"),
        (b"<x/>", "neither a profile"),
        (None, "cannot be read"),
    ],
)
def test_one_that_cannot_be_used_is_told(tmp_path: Path, content: bytes | None, told: str) -> None:
    (tmp_path / "cpa").mkdir()
    if content is not None:
        (tmp_path / "cpa" / "a.xml").write_bytes(content)
    (tmp_path / "post.toml").write_text(
        'refuse_unknown_service = false\n[[partner]]\nher_id = "990102"\ntransport = "folder"\ncpa = "a.xml"\n'
    )
    read = declared.load(tmp_path)
    assert not read.refuse_unknown_service
    with pytest.raises(Problem) as refused:
        opening.agreements(read, tmp_path)
    assert refused.value.id == "AKS-POST-002" and told in refused.value.why
