"""How messages come and go, one module per transport. What a message says is not known here."""
