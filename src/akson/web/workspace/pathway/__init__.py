"""Who is in hospital, what is due, and the answer to the hospital out of the promise."""
