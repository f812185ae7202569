"""What the patient uses."""
