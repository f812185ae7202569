"""How far electronic messages are in use: who, with whom, which, and how well. README of the package."""
