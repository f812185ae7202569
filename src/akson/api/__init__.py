"""The FHIR door: HTTP routes, interactions, capability statement."""
