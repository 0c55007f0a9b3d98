"""One class per cause of a list that cannot be read or written. Each message says what was found and what to do."""

from playlists.errors import PlaylistError


class ExchangeError(PlaylistError):
    """Base of everything that reading and writing lists refuses."""

    code = "exchange_error"


class NotAList(ExchangeError):
    """The file is none of the formats that are read here."""

    code = "not_a_list"


class ListTooLarge(ExchangeError):
    """The file has more bytes, or more parts, than any honest list."""

    code = "list_too_large"


class TooManyEntries(ExchangeError):
    """The list has more lines than are read at once."""

    code = "too_many_entries"


class TextTooLong(ExchangeError):
    """A name, a note or an address in the list is longer than any honest one."""

    code = "text_too_long"


class WrongEncoding(ExchangeError):
    """The letters of the file cannot be told from its bytes."""

    code = "wrong_encoding"


class DamagedList(ExchangeError):
    """The file begins as a list, but is cut off or broken further in."""

    code = "damaged_list"


class ForbiddenMarkup(ExchangeError):
    """The XML declares a document type or entities, or nests or adorns its elements beyond all need."""

    code = "forbidden_markup"


class TooManyForCue(ExchangeError):
    """A cue sheet numbers its tracks with two digits."""

    code = "too_many_for_cue"


class UnwritablePath(ExchangeError):
    """A file's path is no text on one line, or would be read as an address; no list can hold it."""

    code = "unwritable_path"
