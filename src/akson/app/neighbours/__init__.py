"""The node joined to its neighbours: sharing.toml read, and what it says built."""
