"""Pages of the console; each is one question after another."""
