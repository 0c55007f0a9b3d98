"""How a room is told of a file: the record that its player downloads and verifies by."""

from playlists.shelf import ShelvedMixdown
from soundscape.wished import MixdownFile

MIME = {".m4a": "audio/mp4", ".opus": "audio/ogg", ".flac": "audio/flac", ".wav": "audio/wav"}


def as_file(found: ShelvedMixdown) -> MixdownFile:
    """A file on the shelf as a player fetches it."""
    address = f"/api/v1/player/mixdowns/{found.mixdown_id}"
    return MixdownFile(
        mixdown_id=found.mixdown_id,
        url=address,
        manifest_url=f"{address}/manifest",
        sha256=found.manifest.sha256,
        bytes=found.manifest.bytes,
        total_s=found.manifest.total_s,
        mime=MIME[found.path.suffix],
    )
