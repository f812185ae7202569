"""How one gets access to a patient."""
