"""The address register over HTTP: NHN's CommunicationParty API in its simplified model, and each party's CPP.

Shapes: the official examples of an organisation (simplified) and of a service (as in the SOAP service, `?model=legacy`), and
CPP 2.0 of OASIS. Source: https://utviklerportal.nhn.no (CommunicationParty API, events, local cache; 2025–2026).
"""

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from lxml import etree

from akson.fhir import markup
from akson_lab.clock import LabClock
from akson_lab.nhn.parties import FAR_OFF, Ability, Parties, Party

EVENTS_EACH = 100
CPP = "http://www.oasis-open.org/committees/ebxml-cppa/schema/cpp-cpa-2_0.xsd"
_NAMES = {8663: "tjenestetyper_kommunal", 8666: "andre_helsetjenestetyper", 8668: "plo_innleggelse"}


@dataclass(slots=True)
class Register:
    parties: Parties
    clock: LabClock

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(r"/communicationparty/{her:\d+}", self._entry),
            web.get("/event", self._events),
            web.get("/export", self._export),
            web.get(r"/profile/{her:\d+}", self._profile),
        ]

    async def _entry(self, request: web.Request) -> web.Response:
        party = self.parties.known.get(int(request.match_info["her"]))
        if party is None:
            return web.json_response({"title": "Not Found"}, status=404)
        legacy = request.query.get("model") == "legacy"
        return web.json_response(self._legacy(party) if legacy else self._simplified(party))

    async def _events(self, request: web.Request) -> web.Response:
        first = int(request.query.get("fromSequenceNumber", "1"))
        listed = [
            {"sequenceNumber": n, "herId": her, "eventType": kind, "eventTimestamp": at.isoformat()}
            for n, her, kind, at in self.parties.events
            if n >= first
        ]
        return web.json_response(listed[:EVENTS_EACH])

    async def _export(self, _request: web.Request) -> web.Response:
        told = {"lastSequenceNumber": self.parties.newest, "herIds": sorted(self.parties.known)}
        return web.json_response(told)

    async def _profile(self, request: web.Request) -> web.Response:
        party = self.parties.known.get(int(request.match_info["her"]))
        if party is None or not party.abilities:
            return web.json_response({"title": "Not Found"}, status=404)
        return web.Response(body=_cpp(party), content_type="application/xml")

    def _simplified(self, party: Party) -> dict[str, Any]:
        root = self.parties.root(party)
        told: dict[str, Any] = {
            "herId": party.her,
            "name": party.name,
            "displayName": party.name,
            "type": party.type,
            "ediAddress": party.edi_address,
            "amqpTransportStatus": "Enabled" if party.queue_host else "Disabled",
            "validFrom": party.begins.isoformat(),
            "validTo": party.ends.isoformat(),
        }
        if party.parent is not None:
            told |= {"parentHerId": party.parent, "parentName": self.parties.known[party.parent].name}
        if party.type == "Organization":
            told["organizationDetails"] = {"organizationNumber": party.number, "persons": [], "services": []}
        else:
            told["organizationNumber"] = root.number
        if party.service:
            list, code = party.service
            told["serviceDetails"] = {"serviceType": {"codeListId": str(list), "value": code}}
        if party.queue_host:
            place = f"{party.queue_host}/{party.her}"
            told["amqpQueues"] = {
                "asynchronous": f"{place}_async",
                "synchronous": f"{place}_sync",
                "synchronousReply": f"{place}_syncreply",
                "error": f"{place}_error",
            }
        for name, der in (("Signing", party.signing), ("Encryption", party.encryption)):
            inherited = der or (root.signing if name == "Signing" else root.encryption)
            if inherited:
                told[f"current{name}Certificate"] = _certificate(inherited)
        return told

    def _legacy(self, party: Party) -> dict[str, Any]:
        root = self.parties.root(party)
        codes = {
            "E_SB_ASYNC": "async",
            "E_SB_SYNC": "sync",
            "E_SB_SYNCREPLY": "syncreply",
            "E_SB_ERROR": "error",
        }
        addresses = {code: f"{party.queue_host}/{party.her}_{end}" for code, end in codes.items()}
        listed = {"E_EDI": party.edi_address, **(addresses if party.queue_host else {})}
        code = None
        if party.service:
            list, value = party.service
            code = {"Active": True, "CodeValue": value, "OID": list, "SimpleType": _NAMES.get(list, "")}
        inner = {
            "Active": True,
            "Code": code,
            "DisplayName": None,
            "ElectronicAddresses": [
                {"Address": a, "TypeCodeValue": c, "Inherited": False} for c, a in listed.items()
            ],
            "HerId": party.her,
            "IsValidCommunicationParty": party.may_talk(self.clock.now()),
            "Name": party.name,
            "ParentHerId": party.parent or -1,
            "ParentName": self.parties.known[party.parent].name if party.parent else None,
            "ParentOrganizationNumber": int(root.number) if root.number and party.parent else -1,
            "Type": party.type,
            "Valid": {"From": _local(party.begins), "To": _local(party.ends)},
        }
        return {
            "herId": party.her,
            "parentHerId": party.parent,
            "type": party.type,
            "communicationParty": inner,
        }


def _certificate(der: bytes) -> dict[str, str]:
    read = x509.load_der_x509_certificate(der)
    return {
        "thumbprint": read.fingerprint(hashes.SHA1()).hex().upper(),  # noqa: S303 - the register's name for it
        "validFrom": read.not_valid_before_utc.isoformat(),
        "validTo": read.not_valid_after_utc.isoformat(),
        "certificate": base64.b64encode(der).decode(),
    }


def _cpp(party: Party) -> bytes:
    root = etree.Element(f"{{{CPP}}}CollaborationProtocolProfile", nsmap={"tns": CPP})
    info = etree.SubElement(root, f"{{{CPP}}}PartyInfo", {f"{{{CPP}}}partyName": party.name})
    etree.SubElement(info, f"{{{CPP}}}PartyId", {f"{{{CPP}}}type": "HER"}).text = str(party.her)
    for ability in party.abilities:
        for role, does in (("sender", ability.sends), ("receiver", ability.receives)):
            if does:
                _role(info, ability, role)
    return markup.write(root)


def _role(info: etree._Element, ability: Ability, role: str) -> None:
    made = etree.SubElement(info, f"{{{CPP}}}CollaborationRole")
    names = {f"{{{CPP}}}name": ability.type.title(), f"{{{CPP}}}version": ability.version}
    etree.SubElement(made, f"{{{CPP}}}ProcessSpecification", names)
    etree.SubElement(made, f"{{{CPP}}}Role", {f"{{{CPP}}}name": f"{ability.type}{role}"})
    binding = etree.SubElement(made, f"{{{CPP}}}ServiceBinding")
    etree.SubElement(binding, f"{{{CPP}}}Service", {f"{{{CPP}}}type": "string"}).text = f"S-{ability.type}"
    own, other = (ability.type, "APPREC") if role == "sender" else ("APPREC", ability.type)
    for way, action in (("CanSend", own), ("CanReceive", other)):
        place = etree.SubElement(binding, f"{{{CPP}}}{way}")
        etree.SubElement(place, f"{{{CPP}}}ThisPartyActionBinding", {f"{{{CPP}}}action": action})


def _local(at: datetime) -> str:
    return "9999-12-31T00:00:00" if at >= FAR_OFF else at.replace(tzinfo=None).isoformat()
