"""Emergency access: identify, state a ground, see what is critical."""
