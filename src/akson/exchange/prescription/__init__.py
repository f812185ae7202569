"""What messages say that a patient uses, as lists in the record, and the record's list as a message."""
