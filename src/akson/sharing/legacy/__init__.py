"""Old products behind the same contracts, read-only: what their files hold, as FHIR, with where each line comes from."""
