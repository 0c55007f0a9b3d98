"""Under which address do others reach this server?"""

from flask import request

from soundscape.machine import address, machine_addresses
from soundscape.parts import parts


def own_address() -> str:
    """An address that a tablet on the same network can open, without a path.

    The one that the asking browser used; where that is this machine's own loopback, of no use to anybody else, the
    address by which others reach the machine, unless the service listens on the loopback alone.
    """
    host, _, port = request.host.partition(":") if not request.host.startswith("[") else ("::1", "", "")
    known = address(host)
    loops = host == "localhost" or (known is not None and known.is_loopback)
    listens = address(parts().config.host)
    outward = machine_addresses()[0]
    if not loops or outward.is_loopback or (listens is not None and listens.is_loopback):
        return request.host_url.rstrip("/")
    name = f"[{outward}]" if outward.version == 6 else str(outward)
    return f"{request.scheme}://{name}:{port or parts().config.port}"
