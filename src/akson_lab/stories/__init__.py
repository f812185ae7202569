"""Stories as data: who does what, when by the lab's clock, and what is awaited. `play.py` runs them."""
