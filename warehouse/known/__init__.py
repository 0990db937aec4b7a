"""What had been recorded by an instant: the marts as the history gives them, built apart and published to nobody."""

from warehouse.known.points import NotOnRecord, Point, at, of_publication
from warehouse.known.shelf import KEPT, CannotBeBuilt, find, prepare, tidy

__all__ = ["KEPT", "CannotBeBuilt", "NotOnRecord", "Point", "at", "find", "of_publication", "prepare", "tidy"]
