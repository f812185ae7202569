"""What search asks of terminology: `:in`, `:not-in`, `:below` and `:above` by what this node knows."""

from akson.fhir.search.words import Codes, Words
from akson.terminology.terminology import Terminology


def words_for_search(terminology: Terminology) -> Words:
    def below(system: str | None, code: str) -> Codes | None:
        found = terminology.below(system, code) if system else None
        return None if found is None else [(system, each) for each in found]

    def above(system: str | None, code: str) -> Codes | None:
        found = terminology.above(system, code) if system else None
        return None if found is None else [(system, each) for each in found]

    return Words(expand=terminology.member, below=below, above=above)
