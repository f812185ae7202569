"""The address register (Adresseregisteret): who has which HER-id, where messages to them go, and with which certificates."""
