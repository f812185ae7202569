"""Results of tests about a patient."""
