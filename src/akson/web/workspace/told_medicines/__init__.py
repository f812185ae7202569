"""What the patient or her kin says that she uses, written down as a list of its own."""
