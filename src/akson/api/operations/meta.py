"""$meta of a resource: its profiles, tags and labels. https://hl7.org/fhir/R4/resource-operation-meta.html"""

from akson.api.interaction import Answer, Call
from akson.api.operation import HL7, Operation, Place
from akson.fhir.codec import json


async def run(call: Call) -> Answer:
    found = await call.session.read(call.type, call.id)
    meta = json.parse(found.body or b"{}").get("meta", {})
    return Answer(
        200, json.encode({"resourceType": "Parameters", "parameter": [{"name": "return", "valueMeta": meta}]})
    )


OPERATION = Operation(
    "meta", f"{HL7}/Resource-meta", (Place("GET", "type/id"), Place("POST", "type/id")), run
)
