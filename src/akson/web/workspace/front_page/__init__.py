"""The front page of a patient: understood in twenty seconds."""
