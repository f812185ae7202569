"""SMART App Launch 2.2 and Backend Services: this node as authorization server of apps. See server.py."""
