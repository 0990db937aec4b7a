"""How a workspace looks to its clients: colours, logo, sender, legal lines and its own styles."""
