"""Screens of the message officer: where messages are, what became of them, and what to do when they did not arrive."""
