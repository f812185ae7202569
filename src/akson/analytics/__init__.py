"""The count: views, reports, extracts."""
