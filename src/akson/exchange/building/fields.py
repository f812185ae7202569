"""What only a person can say: each field of a message that is typed, once, under one name.

    Field("reason", "Årsak til innleggelse", "MedisinskfagligeOpplysninger/GenereltJournalnotat", notes.medical("AAI"))

The screen shows them as they stand, the command takes them as `--word reason=…`. A value that the record knows is never one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from akson.exchange.building.facts import Facts
from akson.exchange.schema.formats import is_date, is_date_time
from akson.fhir.problem import Problem, ProblemKind

TEXT, LINE, DAY, TIME, CODE = "text", "line", "day", "time", "code"

WORDS_MAX = 20_000
"""Characters of one field."""

Words: TypeAlias = Mapping[str, str]
"""Field name -> what was typed."""


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    label: str
    """Bokmål, as on the screen."""
    path: str
    """Where it stands in the content."""
    write: Callable[[str], Any]
    """What was typed -> the value at the path."""
    kind: str = TEXT
    codes: int = 0
    """Number of the national list, for a CODE; the codes that may be chosen are `choices`."""
    choices: tuple[str, ...] = ()
    usual: str = ""
    """Chosen when nothing is: a kind of content, never anything clinical."""
    main: bool = False
    """What `--text` means."""
    known: Callable[[Facts], bool] | None = None
    """Whether the record says it already: then it is not asked for."""
    suggested: Callable[[Facts], str] | None = None
    """What the message that is answered says of it: stands in the field until she writes otherwise."""

    def asked(self, facts: Facts) -> bool:
        return self.known is None or not self.known(facts)


def check(fields: tuple[Field, ...], words: Words) -> None:
    """Raises INVALID AKS-EXCHANGE-040 for a word that the message has no place for, or a code outside its choices."""
    known = {f.name: f for f in fields}
    for name, said in words.items():
        found = known.get(name)
        if found is None:
            raise _refused(f"The message has no field {name}.", f"It has: {', '.join(known) or 'none'}.")
        if len(said) > WORDS_MAX:
            raise _refused(f"The field {name} is too long.", f"Write no more than {WORDS_MAX} characters.")
        if found.kind == CODE and said and said not in found.choices:
            raise _refused(
                f"The field {name} is not one of its codes.", f"Choose one of: {', '.join(found.choices)}."
            )
        if found.kind in _FORMS and said and not _FORMS[found.kind](clock(said)):
            raise _refused(
                f"The field {name} is no {found.kind}.",
                "Write 2026-11-27, or 2026-11-27T08:30 with the time.",
            )


def clock(said: str) -> str:
    """`2026-11-27T08:30`, as forms write it, with its seconds."""
    return f"{said}:00" if len(said) == len("2026-11-27T08:30") and "T" in said else said


_FORMS = {DAY: is_date, TIME: lambda said: is_date(said) or is_date_time(said)}


def _refused(what: str, now: str) -> Problem:
    return Problem(ProblemKind.INVALID, "AKS-EXCHANGE-040", what, now=now)
