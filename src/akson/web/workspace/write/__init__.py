"""Writing and sending a message about a patient."""
