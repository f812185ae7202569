"""Joining a node to the lab on the same machine: `akson lab …`. What the lab plays is `akson_lab`'s."""
