"""Measurements of a patient: typed without a click, scored as they are typed, corrected with both trails."""
