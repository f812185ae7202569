"""«Sårmappen»: a small app of somebody else's, for what is built on SMART on FHIR alone. It knows no product by name."""
