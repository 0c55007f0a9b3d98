"""A QR code of an address, as an SVG picture."""

import io

import segno


def qr_svg(address: str) -> str:
    """The picture as a whole SVG document, with the namespace that a page needs to take it for one."""
    picture = io.BytesIO()
    code = segno.make(address, error="m")
    code.save(picture, kind="svg", xmldecl=False, nl=False, border=2, omitsize=True, dark="#000", light="#fff")
    return picture.getvalue().decode()
