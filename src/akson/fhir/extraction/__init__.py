"""What a resource says to each search parameter of its type.

    extract(parse(body)) -> IndexValues(tokens=[("code", "http://loinc.org", "8867-4"), …], …)

Spec: https://hl7.org/fhir/R4/searchparameter.html. The form of each value is search/values; columns are the store's.
"""

from akson.fhir.extraction.extract import elements, extract

__all__ = ["elements", "extract"]
