"""The round without network: what a device takes along, what it brings back, and how that meets what stands."""
