"""The post: messages, envelopes, transports, inbox, receipts, ledger."""
