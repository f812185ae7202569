"""The search parameter types, one module each. Adding one: this list, its module, and its twin in the store."""

from collections.abc import Mapping

from akson.fhir.search.values import date, number, quantity, reference, string, token, uri
from akson.fhir.search.values.protocol import ParameterType, Writer

PARAMETER_TYPES: Mapping[str, ParameterType] = {
    "date": date,
    "number": number,
    "quantity": quantity,
    "reference": reference,
    "string": string,
    "token": token,
    "uri": uri,
}

__all__ = ["PARAMETER_TYPES", "ParameterType", "Writer"]
