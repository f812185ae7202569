"""The memory: PostgreSQL versions, search index, query -> SQL, jobs, migrations. Knows nothing of people or rules."""
