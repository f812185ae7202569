"""A stay in hospital as a conversation: what is due, why it is late, what the house does by itself. README.md. Pure."""
