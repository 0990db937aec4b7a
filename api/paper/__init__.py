"""What goes onto paper: fonts, words and layout of every PDF, whatever it tells."""
