"""Reports, one folder for each."""
