"""The policy in force, and questions to try another one on."""
