"""Screens of the citizen and of one who acts for her."""
