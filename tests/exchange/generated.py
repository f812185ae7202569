"""Messages drawn by chance, legal, illegal and on the border, each with the answer that the rules give it.

The answer is worked out from what was drawn, by the rules of HIS 80415:2012 and HITS 1168 as they stand, never by asking
our own judge: `Drawn.expected` and `akson.exchange.judgement` must have been written by reading the same text twice.

    Drawn(name=True, number="national", msg_id="no hyphens", …).expected -> Expected("rejected", (("PRIM", ("E10",)),))
"""

import random
import uuid
from dataclasses import dataclass

# Of the publisher's own invented persons; written in two parts, since our own are told by their month.
FNR, DNR, FHN = "1311" + "6900216", "7001" + "9950032", "8000" + "1443511"
"""Of Testaktører 3.7: control digits are right."""
OURS = {"house": "990001", "service": "990002", "other service": "990003"}
PEOPLE = {
    "aktorer": [
        {"aktor": "Pasient", "Navn": "Line Danser", "Fødselsnummer": FNR},
        {"aktor": "Pasient", "Navn": "Andine And", "D-nummer": DNR},
        {"aktor": "Mottaker", "Navn": "Storvik kommune", "HER-id": OURS["house"]},
        *(
            {"aktor": "Mottaker", "Navn": name, "HER-id": OURS[name], "Overordnet HER-id": OURS["house"]}
            for name in ("service", "other service")
        ),
    ]
}

NUMBERS = {
    "none": ("", "", False),
    "national": ("FNR", FNR, True),
    "with spaces": ("FNR", f"{FNR[:6]} {FNR[6:]}", True),
    "wrong digit": ("FNR", FNR[:-1] + "7", False),
    "too short": ("FNR", FNR[:-1], False),
    "words": ("FNR", "ukjent", False),
    "d-number": ("DNR", DNR, True),
    "common help": ("FHN", FHN, True),
    "local help": ("HNR", "25036000305", False),
    "passport": ("PNR", "N1234567", False),
}
"""What stands in Ident -> (8116, digits, whether it is one of those that suffice with a name)."""
MSG_IDS = {
    "uuid": True,
    "upper case": True,
    "braces": False,
    "no hyphens": False,
    "a letter too far": False,
    "a word": False,
    "empty": False,
}
RECEIVERS = {
    # (house, service) -> what the place is to us
    "service": ("990001", "990002", "ours"),
    "dotted": ("990.001", "990.002", "ours"),
    "spaced": ("990 001", " 990002 ", "ours"),
    "house alone": ("990001", "", "ours"),
    "unknown service": ("990001", "991999", "unknown"),
    "another house": ("880001", "880002", "theirs"),
}
BREAKS = (
    "",
    "",
    "",
    "",
    "missing",
    "unknown element",
    "order",
    "twice",
    "bad boolean",
    "bad date",
    "attribute",
)
RUINS = ("", "", "", "", "", "", "cut", "mismatch", "doctype", "two roots")
CODES = ("right", "right", "unknown code", "no code", "no text", "other list", "no list")
STATUSES = ("", "", "", "", "P", "T", "D", "X")
ENCODINGS = ("utf-8", "utf-8", "iso-8859-1", "bom")


@dataclass(frozen=True, slots=True)
class Expected:
    verdict: str
    """`accepted` stands for `accepted-with-warning` too."""
    answers: tuple[tuple[str, tuple[str, ...]], ...]
    """(role, codes) of each receipt."""


@dataclass(frozen=True, slots=True)
class Drawn:
    name: bool
    number: str
    born: bool
    sex: str
    msg_id: str
    receiver: str
    copy: str
    broken: str
    ruined: str
    codes: str
    processing: str
    encoding: str
    sender: bool
    type: str
    id: str
    day: int

    @property
    def sufficient(self) -> bool:
        """Name and one of: national id, D-number, common help number, date of birth with sex."""
        return self.name and (NUMBERS[self.number][2] or (self.born and self.sex in ("1", "2")))

    @property
    def expected(self) -> Expected:
        if self.ruined == "doctype" or not self.sender:
            return self._in_ruins()
        if self.ruined:
            return self._in_ruins()
        wrong = [
            code
            for code, found in (
                ("T02", bool(self.broken) and self.type == "LOG_INNLAGT"),
                ("T02", self.broken in _OF_HEADER and self.type != "LOG_INNLAGT"),
                ("T10", self.type != "LOG_INNLAGT"),
                ("E10", not MSG_IDS[self.msg_id]),
                ("E36", not self.sufficient),
            )
            if found
        ]
        answers = []
        for role, place in (("PRIM", self.receiver), ("COP", self.copy)):
            if not place or RECEIVERS[place][2] == "theirs":
                continue
            own = ["E21"] if RECEIVERS[place][2] == "unknown" else []
            answers.append((role, tuple(sorted({*wrong, *own}))))
        if not answers:
            return Expected("not-for-us", ())
        taken = any(not codes for _, codes in answers)
        return Expected("accepted" if taken else "rejected", tuple(answers))

    def _in_ruins(self) -> Expected:
        """Nobody can be answered who cannot be read; who else is told by T01 is said in the answers' roles."""
        return Expected("unreadable", ())

    def content(self) -> bytes:
        text = self._text()
        if self.ruined == "cut":
            text = text[: int(len(text) * 0.9)]
        elif self.ruined == "mismatch":
            text = text.replace("</GenDate>", "</GenDat>", 1)
        elif self.ruined == "two roots":
            text += "<MsgHead/>"
        elif self.ruined == "doctype":
            text = text.replace("<MsgHead", '<!DOCTYPE MsgHead [<!ENTITY a "b">]>\n<MsgHead', 1)
        if self.encoding == "iso-8859-1":
            head = '<?xml version="1.0" encoding="ISO-8859-1"?>\n'
            return (head + text).encode("iso-8859-1")
        return (b"\xef\xbb\xbf" if self.encoding == "bom" else b"") + text.encode("utf-8")

    def _text(self) -> str:
        first = _party(*RECEIVERS[self.receiver][:2], "Storvik kommune")
        copy = ""
        if self.copy:
            inner = _party(*RECEIVERS[self.copy][:2], "Kopimottaker på Sørøya")
            copy = f'<OtherReceiver><RoleReceiver V="COP" DN="Kopimottaker"/>{inner}</OtherReceiver>'
        sender = _party("990201", "990202", "Havnes sykehus") if self.sender else "<Organisation/>"
        status = f'<ProcessingStatus V="{self.processing}"/>' if self.processing else ""
        info = (
            f'<Type V="{self.type}" DN="Melding"/><MIGversion>v1.2 2006-05-24</MIGversion>'
            f"<GenDate>2026-11-{self.day:02d}T08:50:00</GenDate><MsgId>{self._spelt()}</MsgId>{status}"
            f"<Sender>{sender}</Sender><Receiver>{first}</Receiver>{copy}{self._patient()}"
        )
        return _broken(
            f'<MsgHead xmlns="http://www.kith.no/xmlstds/msghead/2006-05-24"><MsgInfo>{info}</MsgInfo>'
            f'<Document><RefDoc><IssueDate V="2026-11-24"/><MsgType V="XML" DN="XML-instans"/>'
            f"<Content>{self._content()}</Content></RefDoc></Document></MsgHead>",
            self.broken,
        )

    def _spelt(self) -> str:
        return {
            "uuid": self.id,
            "upper case": self.id.upper(),
            "braces": f"{{{self.id}}}",
            "no hyphens": self.id.replace("-", ""),
            "a letter too far": f"g{self.id[1:]}",
            "a word": "melding-1",
            "empty": "",
        }[self.msg_id]

    def _patient(self) -> str:
        kind, digits, _ = NUMBERS[self.number]
        name = "<FamilyName>Danser</FamilyName><GivenName>Line</GivenName>" if self.name else ""
        born = "<DateOfBirth>1969-11-13</DateOfBirth>" if self.born else ""
        sex = f'<Sex V="{self.sex}"/>' if self.sex else ""
        number = (
            f'<Ident><Id>{digits}</Id><TypeId V="{kind}" S="2.16.578.1.12.4.1.1.8116"/></Ident>'
            if kind
            else ""
        )
        return f"<Patient>{name}{born}{sex}{number}</Patient>"

    def _content(self) -> str:
        code = {
            "right": '<Hendelsekode V="1" DN="Pasient innlagt" S="2.16.578.1.12.4.1.1.9121"/>',
            "unknown code": '<Hendelsekode V="tull" DN="Tull" S="2.16.578.1.12.4.1.1.9121"/>',
            "no code": "",
            "no text": '<Hendelsekode V="1" S="2.16.578.1.12.4.1.1.9121"/>',
            "other list": '<Hendelsekode V="1" DN="Innlagt" S="1.2.3.4"/>',
            "no list": '<Hendelsekode V="1" DN="Innlagt"/>',
        }[self.codes]
        return (
            '<p:Pasientlogistikk xmlns:p="http://www.kith.no/xmlstds/po/Pasientlogistikk/2012-04-01" '
            'xmlns="http://www.kith.no/xmlstds/po/poKomponent/2012-04-01"><InformasjonOmForsendelsen>'
            '<Forsendelsesstatus V="N" DN="Ny"/></InformasjonOmForsendelsen><p:MeldingInnlagtPasient>'
            f"<TidsfestetHendelse>{code}<BeskrivelseAvHendelse>Fall på glatt føre</BeskrivelseAvHendelse>"
            f'<TidspunktForHendelse V="2026-11-{self.day:02d}T08:10:00"/><Anslag>false</Anslag>'
            "</TidsfestetHendelse></p:MeldingInnlagtPasient></p:Pasientlogistikk>"
        )


_OF_HEADER = ("unknown element", "order", "bad date")


def _broken(text: str, how: str) -> str:
    return {
        "": text,
        "missing": text.replace('<Forsendelsesstatus V="N" DN="Ny"/>', ""),
        "unknown element": text.replace("</MsgInfo>", "<Ny/></MsgInfo>"),
        "order": text.replace("<MIGversion>v1.2 2006-05-24</MIGversion>", "").replace(
            "</MsgId>", "</MsgId><MIGversion>v1.2 2006-05-24</MIGversion>"
        ),
        "twice": text.replace("<Anslag>false</Anslag>", "<Anslag>false</Anslag><Anslag>true</Anslag>"),
        "bad boolean": text.replace("<Anslag>false", "<Anslag>kanskje"),
        "bad date": text.replace("<GenDate>2026-11-", "<GenDate>2026-13-"),
        "attribute": text.replace("<Anslag>", '<Anslag sikker="nei">'),
    }[how]


def _party(house: str, service: str, name: str) -> str:
    inner = (
        f"<Organisation><OrganisationName>Tjeneste</OrganisationName>{_her(service)}</Organisation>"
        if service
        else ""
    )
    return f"<Organisation><OrganisationName>{name}</OrganisationName>{_her(house)}{inner}</Organisation>"


def _her(id: str) -> str:
    return f'<Ident><Id>{id}</Id><TypeId V="HER" DN="HER-id" S="2.16.578.1.12.4.1.1.9051"/></Ident>'


def draw(chance: random.Random) -> Drawn:
    """Mostly one thing at a time, so that a fault is not hidden by another."""
    odd = chance.random() < 0.75

    def often(usual: str, others: list[str]) -> str:
        return chance.choice(others) if odd and chance.random() < 0.25 else usual

    return Drawn(
        name=chance.random() > 0.05,
        number=often("national", list(NUMBERS)),
        born=chance.random() < 0.4,
        sex=chance.choice(("", "", "1", "2", "9", "0")),
        msg_id=often("uuid", list(MSG_IDS)),
        receiver=often("service", list(RECEIVERS)),
        copy=often("", ["", "house alone", "unknown service", "another house"]),
        broken=often("", list(BREAKS)),
        ruined=often("", list(RUINS)),
        codes=often("right", list(CODES)),
        processing=often("", list(STATUSES)),
        encoding=often("utf-8", list(ENCODINGS)),
        sender=chance.random() > 0.04,
        type=often("LOG_INNLAGT", ["LOG_INNLAGT", "LOG_INNLAGT", "LOG_UKJENT", "SYSVAK"]),
        id=str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        day=chance.randint(1, 28),
    )
