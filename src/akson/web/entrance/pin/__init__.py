"""Choose the PIN that opens a locked screen in this browser."""
