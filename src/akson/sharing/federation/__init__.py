"""One question to several sources at once, in a time budget, with what is missing named."""
