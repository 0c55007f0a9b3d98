"""A folder of music becomes a library: each track measured once and cleared, sent to review or refused.

Knows no playlist and no web. Start with :mod:`library.track` (the records), then :mod:`library.scan`.
"""

from library import compiling

compiling.settle(compiling.usual_places())
