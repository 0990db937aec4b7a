"""Client health: how much each input of the score weighs."""
