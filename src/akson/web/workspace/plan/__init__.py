"""The plan of a patient: problems, goals, measures that become visits, and evaluations."""
