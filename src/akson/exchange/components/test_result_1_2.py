"""Test results 1.2 (Svarrapport, 2005-03-14), told by what 1.3 added. Source: svar-v12.xsd."""

from akson.exchange.components import test_result_1_3
from akson.exchange.schema import Revision, revised

NAMESPACE = "http://www.kith.no/xmlstds/labsvar/2005-03-14"
MESSAGE = revised(
    test_result_1_3.MESSAGE,
    Revision(
        {test_result_1_3.NAMESPACE: NAMESPACE},
        without=(
            ("RefDoc", "MimeType"),
            ("RefDoc", "Description"),
            ("RefDoc", "Compression"),
            ("RefDoc", "FileReference"),
            ("RefDoc", "Content"),
            ("Comment", "TextCode"),
            ("AnalysedSubject", "ServType"),
            ("ServProvider", "ComMethod"),
            ("Requester", "ComMethod"),
        ),
    ),
)
