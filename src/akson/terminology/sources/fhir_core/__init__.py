"""FHIR R4's own required codes, in bokmål."""
