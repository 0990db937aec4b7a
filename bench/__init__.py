"""`python -m bench`: how long the main job takes on this machine, as times and ratios. Never part of the tests."""
