"""Apps that are opened from a patient's record."""
