"""What the page's own script asks: bind this browser's key, renew the cookie."""
