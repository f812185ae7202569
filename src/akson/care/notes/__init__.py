"""What is written in words."""
