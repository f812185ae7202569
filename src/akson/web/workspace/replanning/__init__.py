"""Setting up the day anew when somebody is away."""
