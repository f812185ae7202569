"""Who has looked, as the citizen reads it."""
