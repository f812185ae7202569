"""Notes of a patient: written once in the nursing process, signed, corrected, moved, locked, removed."""
