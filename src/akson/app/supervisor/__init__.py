"""The parent of a running node: lock, socket, database, worker processes; restarts what crashes, stops all of it cleanly."""
