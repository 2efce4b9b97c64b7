"""Pictures that are drawn here: as SVG in the page, without script or inline style."""

from io import BytesIO

import segno
from markupsafe import Markup


def qr_code(text: str) -> Markup:
    """What a telephone's camera reads, dark on light on every ground."""
    drawn = BytesIO()
    segno.make(text, error="m").save(
        drawn,
        kind="svg",
        scale=4,
        border=3,
        light="#fff",
        xmldecl=False,
        svgns=False,
        omitsize=True,
    )
    # Made by the library of our own text, quoted there.
    return Markup(drawn.getvalue().decode())  # noqa: S704
