"""«Mine dokumenter»."""
