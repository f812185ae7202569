"""What a person is told of a message on its way, in bokmål: from receipts alone, and never "sent" without what it means."""

from collections.abc import Sequence
from datetime import datetime

from akson.care.contacts import receipt_words
from akson.exchange.outbox import states
from akson.exchange.times import NORWAY
from akson.store.outbox_rows import Sending

REMEDIES = {
    "E10": "Meldings-id er ugyldig. Send på nytt med ny id.",
    "E20": "Legen finnes ikke hos mottaker. Velg en annen mottaker.",
    "E21": "Mottakeren finnes ikke der. Slå opp i adresseregisteret og velg riktig tjeneste.",
    "E30": "Fødselsnummer mangler. Rett pasientopplysningene og send på nytt.",
    "E31": "Fødselsnummeret er feil. Rett pasientopplysningene og send på nytt.",
    "E32": "Navn mangler. Rett pasientopplysningene og send på nytt.",
    "E33": "Etternavn mangler. Rett pasientopplysningene og send på nytt.",
    "E34": "Fornavn mangler. Rett pasientopplysningene og send på nytt.",
    "E35": "Pasienten har ingen journal der. Ring mottakeren, eller send til den som har ansvaret.",
    "E36": "Pasienten er ikke godt nok identifisert. Rett pasientopplysningene og send på nytt.",
    "E53": "Pasienten finnes ikke i Folkeregisteret. Kontroller fødselsnummeret.",
    "E54": "Pasienten er ikke registrert hos mottaker. Ring mottakeren.",
    "S01": "Signaturen ble ikke godtatt. Driftsansvarlig må se på virksomhetssertifikatet.",
    "S02": "Sertifikatet er ugyldig. Driftsansvarlig må fornye virksomhetssertifikatet.",
    "S03": "Sertifikatet er trukket tilbake. Driftsansvarlig må skaffe et nytt.",
    "S99": "Feil på signatur eller sertifikat. Driftsansvarlig må se på det.",
    "T01": "Mottakeren kunne ikke lese meldingen. Send på nytt; skjer det igjen, meld feil.",
    "T02": "Meldingen følger ikke standarden. Meld feil, og gi beskjed på telefon så lenge.",
    "T10": "Mottakeren tar ikke imot denne meldingstypen. Gi beskjed på telefon, og spør hva de tar imot.",
    "T99": "Feil på formatet. Meld feil, og gi beskjed på telefon så lenge.",
    "X99": "Mottakeren oppgir en annen feil. Åpne kvitteringen, og ring mottakeren.",
}
"""8221 -> what to do now."""
UNKNOWN_REMEDY = "Åpne kvitteringen, og ring mottakeren."
NOT_DELIVERED = (
    "Meldingen kan ikke leveres som den er. Se på mottakerens adresse og sertifikat, og send på nytt."
)
UNDELIVERABLE = {
    "AKS-POST-201": "Vi vet ingen vei til mottakeren. Slå opp i adresseboken, og be driftsansvarlig ta mottakeren med i "
    "post.toml.",
    "AKS-POST-202": "Avtalen med mottakeren er gått ut. Gi beskjed på telefon, og be driftsansvarlig fornye avtalen.",
    "AKS-POST-203": "Mottakeren tar ikke imot denne meldingen. Gi beskjed på telefon, eller send som en annen type.",
    "AKS-POST-204": "Mottakeren finnes ikke lenger i Adresseregisteret. Finn riktig tjeneste, og send dit.",
    "AKS-POST-205": "Veien til mottakeren er ikke åpen her. Driftsansvarlig må se på post.toml.",
}
"""Why our own side did not let it go -> what to do now."""
_WORDS = {
    states.DRAFT: "kladd",
    states.DROPPED: "forkastet, ble aldri sendt",
    states.QUEUED: "i kø",
    states.SENT: receipt_words.ON_THE_WAY,
    states.TRANSPORT_OK: f"levert til mottakers postkasse, {receipt_words.NOT_CONFIRMED}",
    states.NEGATIVE: receipt_words.REFUSED,
    states.FAILED: receipt_words.NOT_SENT,
    states.OVERDUE: receipt_words.NOT_CONFIRMED,
}


def status(sending: Sending, owner: str = "") -> str:
    """`bekreftet av mottaker 12:04`, `ikke bekreftet – Hjemmetjenesten øst eier saken`. `owner` is who has the item."""
    if sending.state == states.DONE:
        return f"{receipt_words.CONFIRMED} {_hour(sending.answered_at)}".rstrip()
    words = _WORDS[sending.state]
    if sending.state not in states.NOT_DONE:
        return words
    if sending.closed:
        return f"{words} – avsluttet av en person"
    return f"{words} – {owner or 'meldingsansvarlig'} eier saken"


def remedy(sending: Sending, codes: Sequence[str] = ()) -> str:
    """What whoever owns it should do. `codes` are those of the receipt."""
    if sending.state == states.NEGATIVE:
        told = dict.fromkeys(REMEDIES.get(code, UNKNOWN_REMEDY) for code in codes)
        return " ".join(told) or UNKNOWN_REMEDY
    if sending.state == states.FAILED and sending.refused:
        return UNDELIVERABLE.get(sending.problem, NOT_DELIVERED)
    if sending.state == states.FAILED:
        return "Mottakeren var ikke å nå. Gi beskjed på telefon om det haster, og send på nytt."
    if sending.state == states.OVERDUE and sending.handed_at is None:
        return "Meldingen er ennå ikke ute; den prøves fortsatt. Gi beskjed på telefon om det haster."
    if sending.state == states.OVERDUE:
        return "Mottakeren har ikke bekreftet. Ring og spør om meldingen er lest, og send på nytt om den ikke er det."
    return ""


def _hour(at: datetime | None) -> str:
    return at.astimezone(NORWAY).strftime("%H:%M") if at else ""
