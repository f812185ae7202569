"""What is around a message: the header it travels in and the receipt that answers it."""
