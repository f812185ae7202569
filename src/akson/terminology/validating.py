"""The node's words as validation asks for them (`akson.fhir.validation.Codes`).

    CodesOf(words).member_of({"coding": [{"system": …, "code": "x"}]}, "CodeableConcept", "http://…/ValueSet/y") -> False

Answers are those of `Terminology`, which remembers value sets as frozensets. None rather than a guess.
"""

from typing import Any

from akson.terminology.terminology import Terminology


class CodesOf:
    def __init__(self, words: Terminology) -> None:
        self._words = words

    def refresh(self) -> None:
        """Takes in what the operator has loaded since; a look at one file's time of change."""
        self._words.refresh()

    def member_of(self, value: Any, _type: str, value_set: str, /) -> bool | None:
        """Of a code, a Coding, a Quantity, or any coding of a CodeableConcept."""
        answers = [self._words.member_of(value_set, system, code) for system, code in _codings(value)]
        if True in answers:
            return True
        return None if None in answers or not answers else False

    def exists(self, system: str, code: str) -> bool | None:
        return self._words.exists(system, code)


def _codings(value: Any) -> list[tuple[str, str]]:
    if isinstance(value, str):
        return [("", value)]
    listed = value.get("coding", [value]) if isinstance(value, dict) else []
    return [(str(c.get("system", "")), str(c["code"])) for c in listed if isinstance(c, dict) and "code" in c]
