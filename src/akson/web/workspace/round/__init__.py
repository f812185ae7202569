"""What the round's page asks for and sends: the day package, operations, and the handover."""
