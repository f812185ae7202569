"""The covered screen: lock it, and open it again by PIN."""
