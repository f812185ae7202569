"""Care messages about a patient."""
