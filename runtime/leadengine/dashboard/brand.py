"""The client's colour and logo, made legible on light and on dark."""

from dataclasses import dataclass, replace
from typing import Literal, Self
from urllib.parse import urlsplit

from leadengine.tenants.choices import Look

Rgb = tuple[float, float, float]
Scheme = Literal["auto", "light", "dark"]

_WHITE: Rgb = (1.0, 1.0, 1.0)
_BLACK: Rgb = (0.0, 0.0, 0.0)
_LIGHT_GROUND: Rgb = (1.0, 1.0, 1.0)
_DARK_GROUND: Rgb = (0.086, 0.106, 0.141)
# WCAG 2.2 AA: for text of normal size, and for what is not text.
TEXT = 4.5
GRAPHICS = 3.0


@dataclass(frozen=True)
class Brand:
    """How a client's pages look: its name, `#rrggbb` and the URL of a logo, or an empty string."""

    name: str
    primary: str
    logo: str
    greeting: str = ""
    font: str = ""
    corner: str = "right"

    def wearing(self, look: Look) -> Self:
        """The same client with another look; what is not chosen stays."""
        return replace(
            self,
            name=look.name or self.name,
            primary=look.primary or self.primary,
            logo=look.logo or self.logo,
            greeting=look.greeting,
            font=look.font,
            corner=look.corner,
        )

    def stylesheet(self, scheme: Scheme = "auto") -> str:
        """Custom properties for the pages' style sheet; `auto` follows the reader's device."""
        primary = parse_colour(self.primary)
        ground = _DARK_GROUND if scheme == "dark" else _LIGHT_GROUND
        chosen = (
            f":root{{--brand:{_css(primary)};--on-brand:{self.on_primary};"
            f"{_shades(primary, ground)}}}"
        )
        dark = f"@media (prefers-color-scheme:dark){{:root{{{_shades(primary, _DARK_GROUND)}}}}}"
        return chosen + (dark if scheme == "auto" else "")

    @property
    def on_primary(self) -> str:
        """Black or white, whichever is legible on the client's colour."""
        primary = parse_colour(self.primary)
        return _css(max((_WHITE, _BLACK), key=lambda text: contrast(text, primary)))

    def logo_origin(self) -> str:
        """The origin the logo comes from, for the content security policy."""
        parts = urlsplit(self.logo)
        return f"{parts.scheme}://{parts.netloc}" if parts.scheme == "https" else ""


def parse_colour(value: str) -> Rgb:
    """`#rrggbb` as three shares of one."""
    red, green, blue = (int(value[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def contrast(first: Rgb, second: Rgb) -> float:
    """The contrast ratio of WCAG 2.2, from 1 to 21."""
    brighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def legible(colour: Rgb, ground: Rgb, ratio: float) -> Rgb:
    """The nearest shade of `colour` that has at least this contrast to `ground`."""
    target = _WHITE if _luminance(ground) < 0.5 else _BLACK
    for step in range(21):
        shade = _mix(colour, target, step / 20)
        if contrast(shade, ground) >= ratio:
            return shade
    return target


def _shades(colour: Rgb, ground: Rgb) -> str:
    text, mark = legible(colour, ground, TEXT), legible(colour, ground, GRAPHICS)
    return f"--brand-text:{_css(text)};--brand-mark:{_css(mark)}"


def _luminance(colour: Rgb) -> float:
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _mix(colour: Rgb, target: Rgb, share: float) -> Rgb:
    red, green, blue = (
        one * (1 - share) + other * share for one, other in zip(colour, target, strict=True)
    )
    return red, green, blue


def _css(colour: Rgb) -> str:
    return "#" + "".join(f"{round(share * 255):02x}" for share in colour)
