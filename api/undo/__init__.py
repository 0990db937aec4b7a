"""The way back from a deletion: what was deleted is kept for some minutes, and comes back as it was."""
