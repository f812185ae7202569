"""The plan that several organisations and the citizen edit."""
