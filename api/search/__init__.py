"""One search over everything that exists."""
