"""Between bytes and plain dicts, losing nothing. Meaning (types, rules) does not belong here."""
