"""The patient summary (IPS): made of our record for others, and taken in from others beside our record."""
