"""My worklist: what waits for me and my units."""
