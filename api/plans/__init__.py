"""What each agency may use: its plan's limits as dated rows, and what of them is used."""
