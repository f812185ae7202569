"""One care plan that several organisations and the citizen edit: operations, their joining, who takes part, where it is."""
