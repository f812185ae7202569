"""The round's empty page and its service worker: the same for all, without a patient or a user in them."""
