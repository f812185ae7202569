"""The first page of the citizen."""
