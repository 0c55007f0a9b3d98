"""One class per cause. Each message names the offending value and says what to do.

``code`` is the stable word that ``analyse --json`` and the API give for the cause.
"""


class LibraryError(Exception):
    """Base of everything the library refuses."""

    code = "library_error"


class UnreadableAudio(LibraryError):
    """The file cannot be opened or decoded as audio."""

    code = "unreadable_audio"


class NoAudioPackets(UnreadableAudio):
    """The file opens but holds no audio at all."""

    code = "no_audio_packets"


class DamagedAudio(UnreadableAudio):
    """The file begins as audio, but breaks off or is corrupt further in."""

    code = "damaged_audio"


class AnalysisDied(LibraryError):
    """The process that measured the file was killed, twice: out of memory, or a decoder that crashed."""

    code = "analysis_died"


class UnsupportedFormat(LibraryError):
    """The name has an extension we do not read."""

    code = "unsupported_format"


class UnknownTrack(LibraryError):
    """No track with this id is in the catalogue."""

    code = "unknown_track"


class NoSuchFolder(LibraryError):
    """The music folder is missing, is no folder, or vanished during the scan."""

    code = "no_such_folder"


class UnreadableDatabase(LibraryError):
    """The catalogue cannot be opened: damaged, not ours, or from a newer version."""

    code = "unreadable_database"
