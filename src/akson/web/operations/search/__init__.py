"""Finding a message."""
