"""The search parameter types, one module each. Adding one: this list, its module, and its twin in the store."""

from collections.abc import Mapping

from akson.fhir.search.values import date, number, quantity, reference, special, string, token, uri
from akson.fhir.search.values.protocol import ParameterType, Writer

PARAMETER_TYPES: Mapping[str, ParameterType] = {
    "date": date,
    "number": number,
    "quantity": quantity,
    "reference": reference,
    "special": special,
    "string": string,
    "token": token,
    "uri": uri,
}

__all__ = ["PARAMETER_TYPES", "ParameterType", "Writer"]
