"""HTTP/1.1 between a socket and an ASGI application: `connection.py` reads, `turn.py` answers.

Why our own: docs/adr/0071.
"""
