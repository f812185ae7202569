"""A doctor's orders on the municipality's list: renewed, changed, stopped, begun. Pure; see README.md."""
