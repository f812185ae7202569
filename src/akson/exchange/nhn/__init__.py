"""Norsk helsenett's APIs as their client sees them: what EDI 2.0 and the address register have in common."""
