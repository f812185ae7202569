"""Flytting: a citizen goes to another municipality, or comes from one."""
