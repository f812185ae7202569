"""Results of tests, pictures and tissue, in words."""
