"""`akson bench`: a node of its own, measured over HTTP from another process, with the machine's line beside the figures."""
