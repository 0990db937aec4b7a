"""The catalogue: services that a workspace sells, once or again and again."""
