"""The message officer's two acts upon one message: opening what it says with a ground, and saying whom it is about.

    open_message(session, ("astrid",), "nummer 17 i meldingsmottaket", Ground("failed"))   -> ("Astrid Bakken",)
    match_message(session, "astrid", "nummer 17 i meldingsmottaket")

The first leaves a Task for the privacy officer and a letter to the patient, both a line in her log.

The bytes are the post's, not the record's: the act decides and tells, and its caller shows the message when it has returned.
An opening is for one look: there is no relation by which anything more of the record could be seen. Source:
pasientjournalloven §§ 16 and 22; what the rules say stands in access/rules/post.py.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from akson.access.actor import PurposeOfUse
from akson.record.acts import grounds, judging, letters
from akson.record.acts.grounds import Ground
from akson.record.acts.opening import MESSAGE
from akson.record.acts.reviewers import review_owner
from akson.record.judgement import Concerned
from akson.record.values import Change

if TYPE_CHECKING:
    from akson.record.session import RecordSession

OPEN, MATCH = "open-message", "match-message"
_TYPE = "Communication"


async def open_message(
    session: "RecordSession", patients: Sequence[str], named: str, ground: Ground
) -> tuple[str, ...]:
    """Names of those whose log it stands in. `named` is which message, as the post numbers it: never anything it says.

    Raises Problem INVALID AKS-RECORD-050 without a ground, UNSUPPORTED AKS-RECORD-051 for another purpose, and NOT_FOUND
    for whoever may not: without that duty, or closed out by one of the patients.
    """
    judging.need_purpose(session, PurposeOfUse.CARE_COORDINATION)
    said = grounds.in_words(ground, grounds.MESSAGE)
    whom = Concerned(_TYPE, tuple(dict.fromkeys(patients)))
    decision = await session.judged(OPEN, whom)
    if not decision.permit:
        await session.refuse(OPEN, whom)
    words = f"{letters.who(session.actor)} {MESSAGE.did} ({named}). Grunn: {said.rstrip('.')}."
    told = judging.told(decision, words)
    evidence = session.judge.evidence(OPEN, whom)
    if not whom.patients:
        # About nobody here: it is nobody's log, and still the officer's own doing.
        events = session.events.make(OPEN, told, {"": []}, at=session.at, evidence=evidence)
        await session.record.log.append(events)
    names = []
    for patient in whom.patients:
        name = await letters.name_of(session, patient)
        letter = letters.Letter(session.actor, patient, name, session.at, session.at, MESSAGE, said, words)
        owner = await review_owner(session)
        changes = [
            Change("POST", "Task", resource=letters.review(letter, "", owner)),
            Change("POST", "Communication", resource=letters.notice(letter)),
        ]
        await judging.commit(session, OPEN, told, changes, evidence=evidence, ground=said)
        names.append(name)
    return tuple(names)


async def match_message(session: "RecordSession", patient: str, named: str, *, back: bool = False) -> None:
    """The decision that a message is about this patient, or that it is not after all (`back`).

    Raises Problem NOT_FOUND for whoever may not, and for a patient that there is none of.
    """
    judging.need_purpose(session, PurposeOfUse.CARE_COORDINATION)
    standing = await judging.concerned(session, patient)
    whom = Concerned(_TYPE, standing.patients)
    decision = await session.judged(MATCH, whom)
    if not standing.patients or not decision.permit:
        await session.refuse(MATCH, whom, id=patient)
    did = "tok en melding ut av journalen din igjen" if back else "knyttet en melding til journalen din"
    words = f"{letters.who(session.actor)} {did} ({named})."
    evidence = session.judge.evidence(MATCH, whom)
    seen: dict[str, list[str]] = {patient: [] for patient in standing.patients}
    await session.record.log.append(
        session.events.make(MATCH, judging.told(decision, words), seen, at=session.at, evidence=evidence)
    )
