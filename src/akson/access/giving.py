"""What a change does to who may see, as actions that rules are asked about beside the change itself.

    give-worklist     somebody gets, keeps longer or loses a care relation of this kind      Task.owner
    represent         somebody may act for the patient, or no longer                         Consent (7611), RelatedPerson
    close             the record is closed to somebody, or opened again                      Consent (7608), label NORS
    person            a young person's date of birth or home, which records are one person's Patient, RelatedPerson

Which changes are any of these, the record finds out (`record/giving.py`); who may, `rules/giving.py` and the policy say.
Source: pasientjournalloven §§ 17, 19 and 22; helsepersonelloven § 45.
"""

from akson.access.facts import ORDINARY, RelationKind

GIVE = "give-"
REPRESENT = "represent"
CLOSE = "close"
PERSON = "person"


def give(kind: str) -> str:
    """The action of giving or taking away a care relation of a kind."""
    return GIVE + kind


GIVEN = tuple(sorted(give(kind) for kind in ORDINARY - {RelationKind.SELF_DECLARED}))
"""What a resource can give. The kinds that are opened with a ground come from acts alone."""
ACTIONS = frozenset((*GIVEN, REPRESENT, CLOSE, PERSON))
OWN_PEN = "own-pen"
"""Kind of a row that somebody wrote to herself or her unit: kept, so that nobody takes it for more later, and counting for
nothing under any policy."""
