"""What a token that was given for documents opens: what documents are made of, here and nowhere else. Pure.

    nhn:phr/mhd/read-documentreferences   is configured as   user/DocumentReference.s    ITI-67
    nhn:phr/mhd/read-document                                user/DocumentReference.r    ITI-68
    nhn:phr-repo/mhd/create                                  user/DocumentReference.c    ITI-65

A note is a ClinicalImpression in the record and a document for others. A scope of documents lets its holder have it as a
document; at /fhir the same token opens no ClinicalImpression. Policy and relations decide as always.
"""

from dataclasses import replace

from akson.access.actor import Actor
from akson.access.scopes import AppScope
from akson.fhir.problem import Problem, ProblemKind

FIND, GET, PROVIDE = "s", "r", "c"
_TYPE = "DocumentReference"
_MADE_OF = (
    "ClinicalImpression", "Communication", "CarePlan", "DocumentReference", "Condition", "Goal", "Patient",
    "Practitioner", "Organization",
)  # fmt: skip

READING = tuple(AppScope("user", type, "rs") for type in _MADE_OF)
"""All that anybody who comes for documents alone may ask for."""


def for_documents(actor: Actor, act: str) -> Actor:
    """The actor as the documents' door lets her ask. Raises FORBIDDEN AKS-DOC-020 when her app was not given `act`."""
    if actor.scopes is None:
        return actor
    given = [s for s in actor.scopes if s.type in (_TYPE, "*") and act in s.permissions]
    if not given:
        raise Problem(
            ProblemKind.FORBIDDEN,
            "AKS-DOC-020",
            "The token does not reach so far.",
            now="Ask the issuer for the scope of this transaction.",
        )
    # A scope with search arguments speaks of DocumentReference alone: it cannot be asked of what a note is made of.
    reading = [
        AppScope(scope.context, type, "rs") for scope in given if not scope.arguments for type in _MADE_OF
    ]
    return replace(actor, scopes=tuple(dict.fromkeys((*actor.scopes, *reading))))
