"""K-005: two who change the same thing are told. Spec: https://hl7.org/fhir/R4/http.html#concurrency"""

from akson_kit.target import Finding, Requirement, Target


def check(target: Target) -> Finding:
    first = {"resourceType": "Basic", "code": {"text": "Kit: første"}}
    made = target.ask("POST", "Basic", body=first)
    id = made.resource().get("id")
    etag = made.headers.get("ETag") or made.headers.get("etag") or ""
    if made.status != 201 or not id or not etag:
        return Finding(False, f"POST Basic answered {made.status} with ETag {etag!r}.")
    second = {**first, "id": id, "code": {"text": "Kit: andre"}}
    won = target.ask("PUT", f"Basic/{id}", body=second, If_Match=etag).status
    lost = target.ask("PUT", f"Basic/{id}", body=second, If_Match=etag).status
    target.ask("DELETE", f"Basic/{id}")
    if won != 200 or lost not in (409, 412):
        return Finding(False, f"The first If-Match answered {won}, the second {lost}; expected 200 and 412.")
    return Finding(True, f"The second writer was told ({lost}).")


REQUIREMENT = Requirement(
    "K-005", "Two who change the same thing at once are told", "HL7 FHIR R4, http.html#concurrency", check
)
