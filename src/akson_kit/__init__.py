"""Procurement requirements as data, each with an automatic test, against any vendor."""
