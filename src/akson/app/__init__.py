"""The house: settings, wiring, ASGI, worker, command line, demo data. Imports all; imported by none."""
