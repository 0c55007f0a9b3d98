"""Under which names and addresses is this machine reached? Asked of the system, without a network."""

import ipaddress
import itertools
import socket
from contextlib import suppress
from pathlib import Path

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

ELSEWHERE = (("192.0.2.1", socket.AF_INET), ("2001:db8::1", socket.AF_INET6))
"""Addresses for documentation (RFC 5737, RFC 3849): nothing is sent there, the system only says from where it would."""


def address(text: str) -> Address | None:
    """The address that a text is, or None for a name."""
    with suppress(ValueError):
        return ipaddress.ip_address(text)
    return None


def machine_names() -> tuple[str, ...]:
    """The host name, the same in `.local` as it is announced on a local network, and `localhost`."""
    host = socket.gethostname().lower().rstrip(".")
    names = [host] if host and address(host) is None else []
    short = host.partition(".")[0]
    if names and short != "localhost":
        names.append(f"{short}.local")
    return tuple(dict.fromkeys((*names, "localhost")))


def machine_addresses() -> tuple[Address, ...]:
    """Every address of this machine: the one that leads to others first, its own loopback last."""
    found = [*_outward(), *_of_the_host_name(), *_of_the_kernel()]
    known = dict.fromkeys(each for each in found if not each.is_loopback and not each.is_unspecified)
    return (*known, ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1"))


def _outward() -> list[Address]:
    """The address from which another machine would be reached: on most machines the one that tablets use."""
    found = []
    for elsewhere, family in ELSEWHERE:
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((elsewhere, 9))
            found.append(ipaddress.ip_address(probe.getsockname()[0]))
    return found


def _of_the_host_name() -> list[Address]:
    with suppress(OSError):
        answers = socket.getaddrinfo(socket.gethostname(), None, type=socket.SOCK_STREAM)
        return [ipaddress.ip_address(str(answer[4][0]).partition("%")[0]) for answer in answers]
    return []


def _of_the_kernel() -> list[Address]:
    """Addresses of every interface, where the system is Linux."""
    found: list[Address] = []
    with suppress(OSError):
        lines = Path("/proc/net/fib_trie").read_text(encoding="ascii").splitlines()
        for line, below in itertools.pairwise(lines):
            if below.strip().startswith("/32 host LOCAL"):
                found.append(ipaddress.ip_address(line.split()[-1]))
    with suppress(OSError):
        lines = Path("/proc/net/if_inet6").read_text(encoding="ascii").splitlines()
        found += [ipaddress.ip_address(bytes.fromhex(line.split()[0])) for line in lines]
    return found
