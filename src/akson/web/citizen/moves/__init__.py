"""Flytting, as the citizen sees it."""
