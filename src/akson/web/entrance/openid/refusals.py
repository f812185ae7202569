"""Why a login did not let anybody in, in bokmål: what, why, what now, for each id of `identity.openid` and the reception."""

from dataclasses import dataclass

AGAIN = "Begynn på nytt fra innloggingssiden."
OURS = "Meld fra til den som drifter Akson hos dere, med feilkoden."
# id -> what, why, what now; {issuer} is the issuer's name.
WORDS: dict[str, tuple[str, str, str]] = {
    "AKS-LOGIN-001": (
        "Får ikke kontakt med {issuer}.",
        "Innloggingstjenesten svarer ikke.",
        "Prøv igjen om litt. Ring vakttelefonen for IKT hvis det haster.",
    ),
    "AKS-LOGIN-002": ("{issuer} svarte på en måte Akson ikke kjenner.", "Oppsettet stemmer ikke.", OURS),
    "AKS-LOGIN-003": (
        "{issuer} avviste forespørselen.",
        "Registreringen av Akson hos {issuer} stemmer ikke.",
        OURS,
    ),
    "AKS-LOGIN-010": (
        "Innloggingen kunne ikke fullføres.",
        "Den ble ikke begynt i denne nettleseren, er brukt før, eller tok mer enn ti minutter.",
        AGAIN,
    ),
    "AKS-LOGIN-011": ("Innloggingen kunne ikke fullføres.", "Svaret hører til en annen innlogging.", AGAIN),
    "AKS-LOGIN-012": ("Innloggingen ble avbrutt.", "Du, eller {issuer}, avbrøt den.", AGAIN),
    "AKS-LOGIN-013": ("{issuer} logget ingen inn.", "Innloggingstjenesten meldte en feil.", AGAIN),
    "AKS-LOGIN-014": (
        "For mange logger inn akkurat nå.",
        "Akson tar imot et begrenset antall om gangen.",
        AGAIN,
    ),
    "AKS-LOGIN-020": ("Innloggingen ble ikke godtatt.", "Beviset fra {issuer} holdt ikke.", AGAIN),
    "AKS-LOGIN-021": (
        "Innloggingen er ikke sterk nok.",
        "Helseopplysninger krever innlogging på høyeste nivå (nivå 4).",
        "Logg inn på nytt med BankID, Buypass eller Commfides.",
    ),
    "AKS-LOGIN-022": ("Innloggingen mangler noe.", "{issuer} sa ikke alt Akson må vite om deg.", OURS),
    "AKS-LOGIN-030": (
        "Du er ikke registrert her.",
        "Innloggingen er i orden, men ingen i registrene våre har nummeret ditt.",
        "Ansatt? Be lederen din om å registrere deg. Innbygger? Kontakt kommunen.",
    ),
    "AKS-LOGIN-031": (
        "HPR-nummeret mangler.",
        "Du arbeider her som helsepersonell, men {issuer} oppga ikke noe nummer fra Helsepersonellregisteret.",
        "Sjekk autorisasjonen din hos Helsedirektoratet.",
    ),
    "AKS-LOGIN-032": (
        "Innloggingen og ansattregisteret er ikke enige om hvem du er.",
        "HPR-nummeret og fødselsnummeret hører til to ulike personer her.",
        "Be den som fører ansattregisteret om å rette det.",
    ),
    "AKS-LOGIN-033": (
        "Du har ingen rolle her i dag.",
        "Du er registrert, men ingen rolle gjelder nå.",
        "Be lederen din om å registrere hvor du arbeider, og som hva.",
    ),
    "AKS-LOGIN-034": (
        "Innloggingen gjelder en annen virksomhet.",
        "{issuer} oppga et organisasjonsnummer som ikke er denne kommunens.",
        "Velg riktig virksomhet når du logger inn.",
    ),
}
UNKNOWN = ("Innloggingen kunne ikke fullføres.", "Noe gikk galt underveis.", AGAIN)


@dataclass(frozen=True, slots=True)
class RefusalView:
    id: str
    what: str
    why: str
    now: str
    again: str
    """Address of another try; "" when there is none."""


def in_words(id: str, issuer: str, again: str) -> RefusalView:
    what, why, now = (text.format(issuer=issuer) for text in WORDS.get(id, UNKNOWN))
    return RefusalView(id, what, why, now, again)
