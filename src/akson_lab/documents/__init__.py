"""Document sharing from outside: an issuer of SAML assertions, and communities of other regions with documents."""
