"""What can be set: `<data>/soundscape.toml`. Unknown keys and bad values are refused with their name.

No secret is kept here: the signing key is made by the service itself, in a file that only it can read.
"""

import os
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec

from playlists.arc import Template, load_templates
from soundscape.errors import BadConfiguration

FILE = "soundscape.toml"
ARCS = "arcs.toml"
"""A clinic's own templates, in the data directory."""
KEY_FILE = "secret.key"

Hours = Annotated[int, msgspec.Meta(ge=1, le=24 * 30)]
Port = Annotated[int, msgspec.Meta(ge=1, le=65_535)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=253)]


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The settings of one installation, with their defaults."""

    host: Name = "0.0.0.0"  # noqa: S104 - the rooms' tablets are on the clinic's network
    port: Port = 8443
    names: tuple[Name, ...] = ()
    """Further names and addresses for the certificate, besides those the machine knows of itself."""
    certificate: str | None = None
    certificate_key: str | None = None
    """PEM files of the clinic's own certificate; without them the service makes its own. Replaced files are taken up
    within six hours, without a break."""
    plain_http: bool = False
    """Behind one proxy that speaks HTTPS and sets X-Forwarded-For, -Proto and -Host, which are then believed.
    Players and sign-ins need a secure context."""
    streams: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 64
    """Event streams open at once: tablets and desks."""
    database_url: str | None = None
    redis_url: str | None = None
    """PostgreSQL and Redis, for several servers; not tested yet. Redis needs the package of that name."""
    music_folders: tuple[str, ...] = ()
    """Folders of the server that a curator may scan; the data directory's `music` and `demo` are always among them."""
    sign_in_hours: Hours = 12
    preview_hours: Hours = 72
    preview_port: Port = 8444
    preview_address: str | None = None
    """Public address of `serve --only preview`, `https://music.example.org`; without it links go to this server."""
    veiled_titles: bool = False
    """Patients see "Piece 3" instead of titles, unless a preview says otherwise."""
    target_lufs: Annotated[float, msgspec.Meta(ge=-30.0, le=-16.0)] = -20.0
    upload_mib: Annotated[int, msgspec.Meta(ge=1, le=4096)] = 512
    """The largest file that can be uploaded."""
    spotify_client_id: Name | None = None
    """The clinic's own app at Spotify, to read and write lists; it is no secret. Without it nothing asks Spotify."""
    spotify_api: Name = "https://api.spotify.com/v1"
    spotify_accounts: Name = "https://accounts.spotify.com"


def load_config(data: Path) -> Config:
    """The settings of a data directory.

    Raises
    ------
    BadConfiguration
        Names the file, the key and what is expected.
    """
    path = data / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Config()
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfiguration(f"{path} cannot be read: {error}.") from error
    try:
        config = msgspec.convert(tomllib.loads(text), Config)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadConfiguration(f"{path}: {error}. The keys are {', '.join(Config.__struct_fields__)}.") from error
    if (config.certificate is None) != (config.certificate_key is None):
        raise BadConfiguration(f"{path}: certificate and certificate_key go together; set both or neither.")
    return config


def templates_of(data: Path) -> Mapping[str, Template]:
    """The templates of a data directory: the clinic's own, if it has any.

    Raises
    ------
    BadRequest
    """
    arcs = data / ARCS
    return load_templates(arcs if arcs.exists() else None)


def signing_key(data: Path) -> bytes:
    """The key that signs cookies, made on first use; 32 random bytes, readable by the owner alone."""
    path = data / KEY_FILE
    try:
        with open(path, "xb", opener=_private) as file:
            file.write(secrets.token_bytes(32))
    except FileExistsError:
        pass
    key = path.read_bytes()
    if len(key) != 32:
        raise BadConfiguration(f"{path} does not hold 32 bytes. Remove it; everyone then signs in again.")
    return key


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
