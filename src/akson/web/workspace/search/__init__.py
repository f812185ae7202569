"""Finding a patient."""
