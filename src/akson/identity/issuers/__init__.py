"""Who may vouch for an actor. One file per issuer; today the node's own, used by demo, commands and services."""
