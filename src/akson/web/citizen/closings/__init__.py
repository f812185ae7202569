"""What the citizen has closed, and to whom."""
