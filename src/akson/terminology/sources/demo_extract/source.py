"""The few entries of ICPC-2, ICD-10 and ATC that the demo's citizens have. An extract, never a code system.

ICPC-2 and ICD-10 belong to others and are loaded whole by the operator; without them the demo still reads well.
"""

from akson.terminology.codelist import CodeList
from akson.terminology.tables import read_lists


class DemoExtract:
    name = "demo_extract"

    def lists(self) -> tuple[CodeList, ...]:
        return read_lists(__package__ or "")
