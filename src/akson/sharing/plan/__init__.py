"""One care plan that several organisations and the citizen edit: operations, how they join, who takes part, where it lives."""
