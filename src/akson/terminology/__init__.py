"""The words: code systems, their texts and value sets."""
