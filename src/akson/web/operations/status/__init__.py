"""Where the flows stand."""
