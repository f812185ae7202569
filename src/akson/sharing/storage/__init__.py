"""Where each kind of shared data lives, as a policy that is data, and the live switch between the places (README.md)."""
