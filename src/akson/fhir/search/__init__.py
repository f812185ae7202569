"""Search: text -> Query (frozen values). The store turns a Query into SQL; nothing here knows SQL."""
