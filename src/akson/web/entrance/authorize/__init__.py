"""Approve an app: what it is called, what it may see, for which patient."""
