"""The small Norwegian lists that Akson itself reads and writes, and its own."""
