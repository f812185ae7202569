"""The profession: pure rules and acts, an area each."""
