"""What may go wrong with an import before it begins."""

from api.kit.errors import Conflict


class FileGone(Conflict):
    """The file of a dry run is kept for a day."""

    code = "import_file_gone"
