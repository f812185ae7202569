"""Visits and services."""
