"""Declaring a care relation oneself."""
