"""Under which address do others reach this server?"""

from flask import request


def own_address() -> str:
    """The address that the asking browser used, without a path: a tablet on the same network can use it too."""
    return request.host_url.rstrip("/")
