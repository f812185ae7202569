"""THE DOOR. `open(actor, purpose_of_use) -> RecordSession`: the only way to patient data."""
