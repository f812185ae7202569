"""The rooms: server-rendered screens in bokmål."""
