"""Why one sees a record, or does not."""
