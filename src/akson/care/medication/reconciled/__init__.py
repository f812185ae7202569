"""From findings and a person's choices to the one list."""
