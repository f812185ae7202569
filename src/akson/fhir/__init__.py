"""The language: HL7 FHIR R4 (4.0.1) as pure functions and values. No I/O but reading its own definitions."""
