"""Documents of other communities: found and read by MHD or XCA, within a time budget, with who did not answer named."""
