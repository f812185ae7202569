"""`akson load`: from files to the record. Files → units → commits; what was taken, what was refused and why."""
