"""What the profiles demand of a message beyond its schema, written by hand from the standards, and read with XPath alone.

    absent("HELSEOPPL_SOKNAD", document)    ["Antatt forløp"]

The judge's own list: it knows nothing of `akson.exchange.profile`, and each finds the other's mistakes. The names are
those of the standards.
"""

from collections.abc import Mapping

from lxml import etree

from akson.fhir import markup


def _heading(code: str, of: str) -> str:
    heading = f"//*[local-name()='Overskriftskode'][@V='{code}'][contains(@S, '{of}')]"
    return f"{heading}/../*[local-name()='Notat'][normalize-space()]"


def _event(code: str) -> str:
    when = "*[local-name()='TidspunktForHendelse'][@V or normalize-space()]"
    return f"//*[local-name()='Hendelsekode'][@V='{code}']/../{when}"


def _said(name: str) -> str:
    return f"//*[local-name()='{name}'][normalize-space()]"


_WHO = (
    ("Ansvarlig helsepersonell eller ansvarlig enhet",
     "//*[local-name()='AnsvarForRapport' or local-name()='TilknyttetEnhet']"
     "//*[local-name()='FamilyName' or local-name()='OrganisationName'][normalize-space()]"),
    ("Telefonnummer til ansvarlig helsepersonell eller enhet",
     "//*[local-name()='AnsvarForRapport' or local-name()='TilknyttetEnhet']//*[local-name()='TeleAddress'][@V]"),
)  # fmt: skip
_ADMITTED = ("Hendelse «Pasient innlagt»", _event("1"))
DEMANDED: Mapping[str, tuple[tuple[str, str], ...]] = {
    "LOG_INNLAGT": (*_WHO, _ADMITTED),
    "LOG_UTSKRIVNINGSKLAR": (*_WHO, _ADMITTED, ("Hendelse «Pasient utskrivningsklar»", _event("3"))),
    "LOG_AVMELDING": (*_WHO, ("Hendelse «Avmelding av utskrivningsklar pasient»", _event("4"))),
    "LOG_UTSKREVET": (*_WHO, ("Hendelse «Pasient utskrevet»", _event("2"))),
    "LOG_DOD": (*_WHO, ("Hendelse «Pasienten er død»", _event("13"))),
    "HELSEOPPL_SOKNAD": (
        *_WHO,
        ("Pasientens status", _heading("1", "9145")),
        ("Antatt forløp", _heading("2", "9145")),
        ("Forventet utskrivningsdato", "//*[local-name()='OpplysningOpphold']" + _event("3")),
    ),
    "INNLEGGELSESRAPPORT": (
        *_WHO,
        ("Årsak til innleggelse", _heading("AAI", "9142")),
        ("Sykepleiesammenfatning", _heading("8", "9141")),
        ("Funksjonsnivå (IPLOS)", "//*[local-name()='Funksjonsvariabel'][@V]"),
        ("Tjenester pasienten mottar", "//*[local-name()='EksisterendeTjeneste']"),
    ),
    "UTSKRIVNINGSRAPPORT": (
        *_WHO,
        ("Sykepleiesammenfatning", _heading("8", "9141")),
        ("Praktiske opplysninger", _heading("14", "9141")),
    ),
    "HELSEOPPLYSNINGER_LEGE": (
        *_WHO,
        ("Aktuell problemstilling", _heading("PROB", "9142") + " | " + _heading("8", "9141")),
    ),
    "MEDISINSKE_OPPLYSNINGER": (
        *_WHO,
        ("Diagnoser", "//*[local-name()='DiagnoseBeskrivelse' or local-name()='Diagnosekode'][@V or normalize-space()]"),
    ),
    "DIALOG_FORESPORSEL": (("Forespørsel", "//*[local-name()='TypeForesp'][@V]"),),
    "DIALOG_SVAR": (("Svartekst", _said("TekstNotatInnhold")),),
    "DIALOG_NOTAT": (("Tekst", _said("TekstNotatInnhold")),),
    "DIALOG_AVVIK": (("Hva som er feil", _said("TekstNotatInnhold") + " | " + _said("Merknad")),),
}  # fmt: skip
"""HIS 1143 to 1149, chapters 3 and 4.3; HITS 1174, 5.1; HIS 80704, annex C; HIS 1152."""
_CANCELLED = "//*[local-name()='Forsendelsesstatus'][@V='C']"


def absent(type: str, document: bytes) -> list[str]:
    """Nothing of a cancellation, which need say no more than that it is one. Raises Problem for what is no XML."""
    root: etree._Element = markup.read(document)
    if root.xpath(_CANCELLED):
        return []
    return [name for name, path in DEMANDED.get(type, ()) if not root.xpath(path)]
