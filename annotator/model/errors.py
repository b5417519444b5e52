"""The one exception family a user may meet."""


class AnnotatorError(Exception):
    """Something the user can act on; the message is one clear sentence for them."""


class EditError(AnnotatorError):
    """An edit that the scheme or the text does not allow; nothing was changed."""
