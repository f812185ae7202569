"""What did not arrive, by cause."""
