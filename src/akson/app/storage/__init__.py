"""Storage modes on real nodes: people and questions by seed, answers compared, the price of each mode measured."""
