"""«Mine legemidler»."""
