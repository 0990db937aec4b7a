"""How people look at lists: the columns they chose, and the views they saved."""
