"""Version 1.5 of the care messages, told by what 1.6 added to it.

Source: HIS 80704:2014 annex A, and the declarations of 1.5 (2009-06-30). Most of 1.6 is as it was; the code system of dosage
forms changed from 9078 to 7448, which the code says itself.
"""

from collections.abc import Mapping

from akson.exchange.components.po.start import NAMESPACE
from akson.exchange.schema import Revision, Structure, revised

NAMESPACE_1_5 = "http://www.kith.no/xmlstds/po/poKomponent/2009-06-30"
ADDED = (
    ("ParorendeForesatt", "FodselsarMindrearigParorende"),
    ("InfoKontrolltime", "InformasjonOmTentativTime"),
    ("OpplysningerRelevantOppfolging", "MerknadTilBandasjemateriell"),
    ("OpplysningerRelevantOppfolging", "MerknadTilLegemiddeladministrering"),
)
MANDATORY = {
    ("InformasjonGitt", "MuntligInformasjon"): "1..1",
    ("MedisinskDiagnose", "Hoveddiagnose"): "1..1",
}


def earlier(
    structure: Structure,
    namespace: str,
    *,
    added: tuple[tuple[str, str], ...] = (),
    occurs: Mapping[tuple[str, str], str] | None = None,
) -> Structure:
    """The 1.5 of a message declared in 1.6. `namespace` is its own in 1.5; `added` and `occurs` how else it differs."""
    namespaces = {NAMESPACE: NAMESPACE_1_5, structure.namespace: namespace}
    return revised(structure, Revision(namespaces, (*ADDED, *added), {**MANDATORY, **(occurs or {})}))
