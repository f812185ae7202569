"""Who holds which kind of data about whom: an index without clinical content, and what tells it."""
