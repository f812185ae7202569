"""The document inside: its own MIME part, encrypted; and which schema it is of, as monitoring wants to know (HITS 1210)."""

from collections.abc import Sequence

from lxml import etree

from akson.exchange.envelope.ebxml import mime
from akson.exchange.sealing import cms, refusals
from akson.exchange.sealing.certificates import Certificate
from akson.exchange.sealing.keyring import Pair
from akson.exchange.sealing.trust import Compatibility
from akson.fhir import markup
from akson.fhir.problem import Problem

MSGHEAD = "http://www.kith.no/xmlstds/msghead/2006-05-24"

VERSIONS = {
    "http://www.kith.no/xmlstds/apprec/2004-11-21": "1.0",
    "http://www.kith.no/xmlstds/apprec/2012-02-15": "1.1",
    "http://www.kith.no/xmlstds/epikrise/2006-09-23": "1.1",
    "http://www.kith.no/xmlstds/epikrise/2012-02-15": "1.2",
    "http://www.kith.no/xmlstds/henvisning/2005-07-08": "1.0",
    "http://www.kith.no/xmlstds/henvisning/2012-02-15": "1.1",
    "http://ehelse.no/xmlstds/henvisning/2017-11-30": "2.0",
    "http://www.kith.no/xmlstds/labsvar/2008-12-01": "1.3",
    "http://www.kith.no/xmlstds/labsvar/2012-02-15": "1.4",
    "http://www.kith.no/xmlstds/dialog/2006-10-11": "1.0",
    "http://www.kith.no/xmlstds/dialog/2013-01-23": "1.1",
    "http://www.kith.no/xmlstds/po/HelseopplysningerTilLege/2012-04-01": "1.6",
    "http://www.kith.no/xmlstds/po/HelseopplysningerVedSoknad/2012-04-01": "1.6",
    "http://www.kith.no/xmlstds/po/Innleggelsesrapport/2012-04-01": "1.6",
    "http://www.kith.no/xmlstds/po/MedisinskeOpplysninger/2012-04-01": "1.6",
    "http://www.kith.no/xmlstds/po/OrienteringOmTjenestetilbud/2012-04-01": "1.6",
    "http://www.kith.no/xmlstds/po/Pasientlogistikk/2012-04-01": "1.6",
    "http://www.kith.no/xmlstds/po/TverrfagligEpikrise/2012-04-01": "1.6",
}
"""MeldingsVersjoner.xml of the directorate, what stands in it of these families; others are told without a version."""


def seal(document: bytes, receiver: Certificate) -> bytes:
    return cms.encrypt(mime.entity(document), [receiver])


def open_(sealed: bytes, openers: Sequence[Pair], compatibility: Compatibility) -> bytes:
    """The document. Raises Problem AKS-SEAL-4xx."""
    try:
        return mime.split(cms.decrypt(sealed, openers, compatibility))[1]
    except ValueError as error:
        raise refusals.sealed(403, "What was encrypted is not a MIME part.") from error


def schema(document: bytes) -> tuple[str, str]:
    """Namespace and version; for a MsgHead those of its first document. Both "" when it cannot be read."""
    try:
        root = markup.read(document)
    except Problem:
        return "", ""
    namespace = etree.QName(root).namespace or ""
    if namespace == MSGHEAD:
        content = next(root.iter(f"{{{MSGHEAD}}}Content"), None)
        first = None if content is None else next(content.iterchildren(etree.Element), None)
        namespace = (etree.QName(first).namespace if first is not None else "") or namespace
    return namespace, VERSIONS.get(namespace, "")
