"""FHIR XML: bytes to the same plain dict that JSON gives, and back.

    parse(b'<Patient xmlns="http://hl7.org/fhir"><active value="true"/></Patient>')
        -> {"resourceType": "Patient", "active": True}

Spec: https://hl7.org/fhir/R4/xml.html. Decimals keep their digits; elements are written in the order of the definition.
"""

from akson.fhir.codec.xml.reading import parse
from akson.fhir.codec.xml.writing import encode

__all__ = ["encode", "parse"]
