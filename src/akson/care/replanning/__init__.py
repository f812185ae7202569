"""A day's visits set up anew when somebody is away: see README.md. Entry point: `proposal.propose`."""
