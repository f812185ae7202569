"""Who has looked, as staff see it."""
