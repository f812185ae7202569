"""Moves between municipalities."""
