"""A citizen moves to, or stays for a while in, another municipality: the package, the acceptance, who has access when."""
