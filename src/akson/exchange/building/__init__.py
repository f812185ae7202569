"""What a municipality sends, built out of the record: nothing that stands there is typed again. README.md."""
