"""What is not confirmed in time."""
