"""How a clinic's devices come to trust this installation: its authority's certificate, and steps for each kind.

Public: somebody sets up a tablet before anybody is signed in on it. A certificate is no secret.
"""

from flask import Blueprint, Response, render_template
from markupsafe import Markup

from soundscape.addresses import own_address
from soundscape.errors import NoSuch
from soundscape.parts import parts
from soundscape.qr import qr_svg
from soundscape.rights import right
from soundscape.trust import Published, published

blueprint = Blueprint("trust", __name__)

NAME = "soundscape-authority"


@blueprint.get("/trust")
@right("public")
def page() -> str:
    """What to install, what to compare, and the steps."""
    address = own_address()
    return render_template(
        "trust.html",
        authority=published(parts().data, parts().config),
        own=parts().config.certificate is not None,
        address=address,
        name=NAME,
        qr=Markup(qr_svg(f"{address}/trust")),  # noqa: S704 - drawn by segno from an address
    )


@blueprint.get("/trust/soundscape-authority.cer")
@right("public")
def der() -> Response:
    """The certificate as devices want it: DER, of the type at which they offer to install it."""
    return _file(_authority().der, "cer", "application/x-x509-ca-cert")


@blueprint.get("/trust/soundscape-authority.pem")
@right("public")
def text() -> Response:
    """The same as text, for programs."""
    return _file(_authority().pem, "pem", "application/x-pem-file")


def _authority() -> Published:
    found = published(parts().data, parts().config)
    if found is None:
        raise NoSuch("This installation has no authority of its own: there is nothing to install.")
    return found


def _file(content: bytes, suffix: str, mime: str) -> Response:
    answer = Response(content, mimetype=mime)
    answer.headers["Content-Disposition"] = f'attachment; filename="{NAME}.{suffix}"'
    return answer
