"""Puts an old product's file behind a node of its own: `akson legacy wrap`."""
