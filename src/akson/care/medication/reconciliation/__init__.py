"""Reconciliation of two to four lists of medicines: what they disagree on, never what to do about it."""
