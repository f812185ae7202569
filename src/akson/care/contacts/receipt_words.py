"""What became of a message that was sent from here, in bokmål: the same words in the post, in a stay and in its account."""

CONFIRMED = "bekreftet av mottaker"
REFUSED = "avvist av mottaker"
NOT_SENT = "ikke sendt"
"""It never got there, and is known not to have."""
NOT_CONFIRMED = "ikke bekreftet"
ON_THE_WAY = f"sendt, {NOT_CONFIRMED}"
