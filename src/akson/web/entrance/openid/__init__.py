"""Login at an issuer: away, back again, and out."""
