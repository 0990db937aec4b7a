"""What may be wrong with a brand."""

from api.kit.errors import ApiError, Malformed


class PictureRefused(Malformed):
    """The upload is no picture that we draw, or too large a one."""

    code = "picture_refused"


class PictureTooLarge(ApiError):
    """The upload has more bytes than a logo needs."""

    status, code, title = 413, "picture_too_large", "The picture is too large"


class StyleRefused(Malformed):
    """The style sheet holds something that it may not; the message names the line."""

    code = "style_refused"
