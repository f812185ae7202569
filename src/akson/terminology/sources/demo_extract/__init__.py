"""The diagnoses and medicines of the demo stage, and nothing more."""
