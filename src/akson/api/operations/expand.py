"""$expand: the codes of a value set. https://hl7.org/fhir/R4/valueset-operation-expand.html"""

from akson.api.interaction import Answer, Call
from akson.api.operation import HL7, Operation, Place
from akson.api.terminologies import Question, answer
from akson.terminology.concepts import Json
from akson.terminology.expansion import Stamp, expand

_ON = ("ValueSet",)


async def run(call: Call) -> Answer:
    record = call.session.record
    at = record.clock.now().isoformat(timespec="milliseconds")
    stamp = Stamp(f"urn:uuid:{record.random.uuid()}", at)

    def work(question: Question) -> Json:
        return expand(question.value_set(), question.library, question.wishes, stamp)

    return await answer(call, work)


OPERATION = Operation(
    "expand",
    f"{HL7}/ValueSet-expand",
    (
        Place("GET", "type", _ON),
        Place("POST", "type", _ON),
        Place("GET", "type/id", _ON),
        Place("POST", "type/id", _ON),
    ),
    run,
)
