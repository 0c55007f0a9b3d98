"""Is a port free, and if not, who has it?"""

import errno
import os
import socket
from contextlib import suppress
from pathlib import Path

from soundscape.errors import ServiceError


class PortTaken(ServiceError):
    """Another program listens on the port."""

    code = "port_taken"


class PortRefused(ServiceError):
    """The system does not let us listen there."""

    code = "port_refused"


def refuse_taken(host: str, port: int) -> None:
    """Look whether we may listen on a port, before anything is started.

    Raises
    ------
    PortTaken, PortRefused
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortTaken(
                    f"Port {port} is in use by {_holder(port)}. Stop it, or set another port in soundscape.toml."
                ) from error
            raise PortRefused(
                f"Soundscape cannot listen on {host}, port {port}: {error.strerror}. Set host and port in "
                "soundscape.toml."
            ) from error


def _holder(port: int) -> str:
    """The process that listens, where the system is Linux and lets us see it."""
    with suppress(OSError, ValueError):
        inodes = _listening(port)
        for process in Path("/proc").iterdir():
            if process.name.isdigit() and _holds(process, inodes):
                command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
                return f"process {process.name} ({command[:80]})"
    return "another program"


def _listening(port: int) -> set[str]:
    """The sockets that listen on a port, as the kernel numbers them."""
    found = set()
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            for line in Path("/proc/net", table).read_text(encoding="ascii").splitlines()[1:]:
                local, state, inode = (line.split()[column] for column in (1, 3, 9))
                if state == "0A" and int(local.rpartition(":")[2], 16) == port:
                    found.add(f"socket:[{inode}]")
    return found


def _holds(process: Path, inodes: set[str]) -> bool:
    with suppress(OSError):  # it ended meanwhile, or is another user's
        for descriptor in (process / "fd").iterdir():
            with suppress(OSError):
                if os.readlink(descriptor) in inodes:  # noqa: PTH115 - a socket is no path
                    return True
    return False
