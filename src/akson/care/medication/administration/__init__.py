"""Giving medicines: what is due, and what became of each dose (README.md)."""
