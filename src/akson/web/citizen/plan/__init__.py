"""The shared plan as the citizen reads and writes it."""
