"""The national trust framework's attestation: its model, its 54 rules, made for others and received from others."""
