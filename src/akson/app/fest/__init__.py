"""FEST, the national register of medicines (M30), into the node: names, and interactions as rules."""
