"""How one node's post is joined: what `post.toml` says, the transports it opens, the way each letter goes, what comes in."""
