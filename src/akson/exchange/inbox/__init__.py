"""What comes in: matched, planned, committed as its sender, answered. Flow and states: README.md."""
