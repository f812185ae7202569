"""Choose who to be, on a node with the demo issuer; and leave."""
