"""What other enterprises say of a patient, and who did not answer."""
