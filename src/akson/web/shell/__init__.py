"""What every screen stands on: frame, static files, session, forms, errors, words. No screen is known here."""
