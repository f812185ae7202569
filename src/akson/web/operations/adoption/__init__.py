"""How far electronic messages are in use, to be read: map, curves, tables."""
