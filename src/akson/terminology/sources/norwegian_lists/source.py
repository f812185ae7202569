"""The small Norwegian lists that Akson itself reads and writes, and Akson's own.

Written from the standards that use them (HIS and HITS documents, 9151 as in the national service overview). A list
says in its own heading whether it is whole; message types are only those Akson handles.
"""

from akson.terminology.codelist import CodeList
from akson.terminology.tables import read_lists


class NorwegianLists:
    name = "norwegian_lists"

    def lists(self) -> tuple[CodeList, ...]:
        return read_lists(__package__ or "")
