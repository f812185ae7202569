"""Partner agreements: what each one can receive and send, and what to do instead. README.md shows the rows first."""
