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


class UnreadableTags(LibraryError):
    """What the file says about itself is corrupt; its music may be whole."""

    code = "unreadable_tags"


class AnalysisDied(LibraryError):
    """The process that measured the file was killed, twice: out of memory, or a decoder that crashed."""

    code = "analysis_died"


class AnalysisTimedOut(LibraryError):
    """The file was not measured within the time that its size allows: a decoder that hangs, or hours in a few bytes."""

    code = "analysis_timed_out"


class AnalysisTooLarge(LibraryError):
    """Measuring the file took more memory than any honest music needs."""

    code = "analysis_too_large"


class AnalysisFailed(LibraryError):
    """The analysis raised what it should not: a fault of ours that this file brings to light."""

    code = "analysis_failed"


class UnsupportedFormat(LibraryError):
    """A format that we do not read: its extension, a sample rate, a number of channels."""

    code = "unsupported_format"


class TooLong(LibraryError):
    """The file claims or holds more audio than a track can be."""

    code = "too_long"


class UnknownTrack(LibraryError):
    """No track with this id is in the catalogue."""

    code = "unknown_track"


class NoSuchFolder(LibraryError):
    """The music folder is missing, is no folder, or vanished during the scan."""

    code = "no_such_folder"


class UnreadableDatabase(LibraryError):
    """The catalogue cannot be opened: damaged, not ours, or from a newer version."""

    code = "unreadable_database"
