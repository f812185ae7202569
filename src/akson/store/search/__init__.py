"""Query and restriction to one SQL statement, composed from few typed parts. Pure; running it is ../searching.py's."""
