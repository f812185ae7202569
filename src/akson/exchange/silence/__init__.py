"""Who has gone silent: a partner whose messages stop, or whose receipts do, before anybody has missed them."""
