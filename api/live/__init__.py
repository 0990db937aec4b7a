"""Live updates: what was committed, told to the browsers that look at it, by server-sent events."""
