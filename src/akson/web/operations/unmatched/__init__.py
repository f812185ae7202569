"""Messages without a patient."""
