"""Application, assessment, decision, letter, change and end, from the patient's page."""
