"""«Mitt sammendrag»."""
