"""Counterparts in a box: hospital, GP and national services, simulated on one laptop."""
