"""Today's visits to those I have a care relation with."""
