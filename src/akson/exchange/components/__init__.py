"""Parts that several message formats are built of, one module per namespace. They name no message type."""
