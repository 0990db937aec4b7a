"""The lake: replication into it, publishing to it, and the one gateway that answers questions about numbers."""
