"""Measurements at home and early warning."""
