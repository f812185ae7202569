"""The double entry, to be read."""
