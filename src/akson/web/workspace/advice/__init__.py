"""Advice about one patient: what the rules and other services say, and what is set aside with a reason."""
