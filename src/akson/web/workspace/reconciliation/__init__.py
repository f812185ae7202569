"""Lists of medicines made one: disagreements judged, signed, shared."""
