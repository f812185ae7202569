"""Advice about one patient, by rules that are data: see README.md. Entry point: `advice.advice`."""
