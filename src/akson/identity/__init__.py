"""Who it is: issuers, tokens, keys, sessions -> Actor."""
