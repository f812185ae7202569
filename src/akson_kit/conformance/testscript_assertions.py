"""One assertion of a TestScript against one answer: status, type, header, content type, FHIRPath and its operators.

Spec: https://hl7.org/fhir/R4/testscript-definitions.html#TestScript.setup.action.assert
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from akson.fhir.codec.json import parse
from akson.fhir.fhirpath import compile
from akson.fhir.problem import Problem
from akson_kit.target import Answer

RESPONSES = {
    "okay": range(200, 300), "created": (201,), "noContent": (204,), "notModified": (304,), "bad": (400,),
    "forbidden": (403,), "notFound": (404,), "methodNotAllowed": (405,), "conflict": (409,), "gone": (410,),
    "preconditionFailed": (412,), "unprocessable": (422,),
}  # fmt: skip
"""The codes of https://hl7.org/fhir/R4/valueset-assert-response-code-types.html; `okay` is any success."""
_VARIABLE = re.compile(r"\$\{([A-Za-z0-9_.-]+)\}")

Json = Mapping[str, Any]
Fill = Callable[[str], str]


class Failure(Exception):
    """The assertion does not hold; the text says how."""


def substituted(text: str, variable: Callable[[str], str | None]) -> str:
    def value(found: re.Match[str]) -> str:
        known = variable(found[1])
        return found[0] if known is None else known

    return _VARIABLE.sub(value, text)


def evaluate(expression: str, resource: Json) -> list[Any]:
    """The values of a FHIRPath on a resource; nothing where the expression cannot be evaluated on it."""
    try:
        return list(compile(expression, resource.get("resourceType", "Resource"))(resource))
    except Problem:
        return []


def check(assertion: Json, answer: Answer, fill: Fill) -> None:
    """Raises Failure."""
    for part, judge in _JUDGES.items():
        if part in assertion:
            judge(assertion, answer, fill)


def _response(assertion: Json, answer: Answer, fill: Fill) -> None:
    if answer.status not in RESPONSES[assertion["response"]]:
        raise Failure(f"expected {assertion['response']}, got HTTP {answer.status}")


def _response_code(assertion: Json, answer: Answer, fill: Fill) -> None:
    allowed = [code.strip() for code in fill(assertion["responseCode"]).split(",")]
    if (str(answer.status) in allowed) is (assertion.get("operator") in ("notEquals", "notIn")):
        raise Failure(f"expected HTTP {assertion['responseCode']}, got {answer.status}")


def _resource(assertion: Json, answer: Answer, fill: Fill) -> None:
    found = answer.resource().get("resourceType", "no resource")
    if found != assertion["resource"]:
        raise Failure(f"expected a {assertion['resource']}, got {found} (HTTP {answer.status})")


def _content_type(assertion: Json, answer: Answer, fill: Fill) -> None:
    if assertion["contentType"] not in _header(answer, "Content-Type"):
        raise Failure(f"expected content type {assertion['contentType']}")


def _header_field(assertion: Json, answer: Answer, fill: Fill) -> None:
    found = _header(answer, assertion["headerField"])
    operator = assertion.get("operator", "equals" if "value" in assertion else "notEmpty")
    _compare(f"header {assertion['headerField']}", operator, found, fill(assertion.get("value", "")))


def _header(answer: Answer, name: str) -> str:
    return next((v for n, v in answer.headers.items() if n.lower() == name.lower()), "")


def _expression(assertion: Json, answer: Answer, fill: Fill) -> None:
    expression = fill(assertion["expression"])
    try:
        resource = parse(answer.body)
    except Problem:
        raise Failure(f"{expression}: the answer (HTTP {answer.status}) is no resource") from None
    values = evaluate(expression, resource)
    if "value" not in assertion and "operator" not in assertion:
        if values != [True]:
            raise Failure(f"{expression} gives {_spoken(values) or 'nothing'} (HTTP {answer.status})")
        return
    operator = assertion.get("operator", "equals")
    _compare(expression, operator, _spoken(values), fill(assertion.get("value", "")))


def _spoken(values: list[Any]) -> str:
    return ",".join(str(v).lower() if isinstance(v, bool) else str(v) for v in values)


def _compare(what: str, operator: str, found: str, wanted: str) -> None:
    if not _OPERATORS[operator](found, wanted):
        raise Failure(f"{what} is {found[:200]!r}, not {operator} {wanted[:200]!r}")


def _equal(found: str, wanted: str) -> bool:
    return found == wanted or (_number(found) is not None and _number(found) == _number(wanted))


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _greater(found: str, wanted: str) -> bool:
    left, right = _number(found), _number(wanted)
    return found > wanted if left is None or right is None else left > right


_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "equals": _equal,
    "notEquals": lambda found, wanted: not _equal(found, wanted),
    "in": lambda found, wanted: any(_equal(found, one.strip()) for one in wanted.split(",")),
    "notIn": lambda found, wanted: not any(_equal(found, one.strip()) for one in wanted.split(",")),
    "greaterThan": _greater,
    "lessThan": lambda found, wanted: not _equal(found, wanted) and not _greater(found, wanted),
    "empty": lambda found, _wanted: not found,
    "notEmpty": lambda found, _wanted: bool(found),
    "contains": lambda found, wanted: wanted in found,
    "notContains": lambda found, wanted: wanted not in found,
    "eval": lambda found, _wanted: found == "true",
}
_JUDGES: Mapping[str, Callable[[Json, Answer, Fill], None]] = {
    "response": _response,
    "responseCode": _response_code,
    "resource": _resource,
    "contentType": _content_type,
    "headerField": _header_field,
    "expression": _expression,
}
