"""What every component of a record says of itself, in attributes: namespace meta 2008-02-20.

Source: EPJ components 2008-02-20, HIS 80704 chapter 4.5.
"""

from akson.exchange.schema import Attribute

NAMESPACE = "http://www.kith.no/xmlstds/epj/meta/2008-02-20"
KINDS = (
    "Mappe", "EPJ sak", "Importert EPJ sak", "Dokument", "EPJ dokument", "Importert EPJ dokument", "Tilleggsinfo",
    "Fragment", "EPJ fragment", "Dataelement", "EPJ ekstrakt",
)  # fmt: skip
CATEGORIES = ("Cave/allergier", "Legemidler", "Andre notater", "Uspesifisert")
_COMPONENTS = "2.16.578.1.12.4.1.6."


def component(kind: str, type: str) -> tuple[Attribute, ...]:
    """Attributes of a component of one kind and type: `component("EPJ sak", "14.50001.0")`."""
    return _attributes((kind,), (f"{_COMPONENTS}{type}",), required=True)


def any_component() -> tuple[Attribute, ...]:
    """Attributes of a component that tells its own kind and type."""
    return _attributes(KINDS, (), required=True)


def further_information() -> tuple[Attribute, ...]:
    """Attributes of what only adds to another component: it has no category and need not tell its kind."""
    all = _attributes(KINDS, (), required=False)
    return tuple(attribute for attribute in all if attribute.name != "informasjonskategori")


def _attributes(kinds: tuple[str, ...], types: tuple[str, ...], *, required: bool) -> tuple[Attribute, ...]:
    return (
        Attribute("basiskomponenttype", NAMESPACE, required, "Type del" if len(kinds) > 1 else "", kinds),
        Attribute("komponenttype", NAMESPACE, required, "" if types else "Komponenttype", types),
        Attribute("informasjonskategori", NAMESPACE, words="Kategori", values=CATEGORIES),
        Attribute("komponentID", required=True, words="Komponent-id"),
        Attribute("referanseViktigTilleggsinfo", words="Viktig tilleggsinformasjon"),
    )
