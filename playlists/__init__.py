"""A playlist is a timeline in samples that lasts exactly as long as asked and follows an intensity arc.

Knows :mod:`library`, knows no web. Start with :mod:`playlists.playlist` (the records), then :mod:`playlists.fit`.
"""

import library  # noqa: F401 - settles where compiled loops are kept, before the first is defined
