"""The neighbours: attested queries, document sharing, storage policy, record location."""
