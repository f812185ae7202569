"""Old products of the lab: what a municipality has before it has Akson. Synthetic people, faults and all."""
