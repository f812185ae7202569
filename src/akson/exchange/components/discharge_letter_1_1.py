"""The discharge letter 1.1 (Epikrise, 2006-09-23), told by what 1.2 changed. Source: Epikrise-v1.1.xsd."""

from akson.exchange.components import discharge_letter_1_2
from akson.exchange.schema import Element, Revision, revised

NAMESPACE = "http://www.kith.no/xmlstds/epikrise/2006-09-23"
MESSAGE = revised(
    discharge_letter_1_2.MESSAGE,
    Revision(
        {discharge_letter_1_2.NAMESPACE: NAMESPACE},
        added={
            ("Inst", "Name"): (Element("Type", "CS", "Type", "0..1"),),
            ("HCP", "MedSpecialty"): (
                Element("PartyIdByRequester", "string", "Id hos rekvirent", "0..1"),
                Element("PartyIdByServProv", "string", "Id hos tjenesteyter", "0..1"),
            ),
            ("Event", "ExpDuration"): (Element("Id", "integer", "Id"),),
            ("PatRelHCP", "EndDateTime"): (Element("Role", "CS", "Rolle", "0..1"),),
        },
        without=(("Message", "Status"),),
        types={("ServReq", "MsgDescr"): "string"},
    ),
)
