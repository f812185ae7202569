"""The books of the post: nothing is missing, or it is named. Two partners who run Akson compare theirs: README.md."""
