"""«Dokumenter» of a patient: ours and others' together."""
