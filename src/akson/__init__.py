"""Akson: one citizen, one record. The municipality node. Start with ARCHITECTURE.md."""

__version__ = "0.1.0"
