"""Test results 1.3 (Svarrapport, 2008-12-01), told by what 1.4 changed. Source: svar-v13.xsd."""

from akson.exchange.components import test_result_1_4
from akson.exchange.schema import Element, Revision, revised

NAMESPACE = "http://www.kith.no/xmlstds/labsvar/2008-12-01"
MESSAGE = revised(
    test_result_1_4.MESSAGE,
    Revision(
        {test_result_1_4.NAMESPACE: NAMESPACE},
        added={("ServReq", "Reservation"): (Element("Permission", "CV", "Tillatelse", "0..*"),)},
        occurs={("ServReport", "ServProvId"): "0..1", ("Message", "ServReport"): "1..*"},
        types={("CodedInfo", "Code"): "CS", ("StructuredInfo", "Type"): "CS"},
    ),
)
