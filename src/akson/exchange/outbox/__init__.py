"""What goes out: queued with the record's commit, handed over, then confirmed or owned by somebody: README.md."""
