"""Utdeling: the medicines of today, and what became of each dose."""
