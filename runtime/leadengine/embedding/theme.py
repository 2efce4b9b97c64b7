"""How the frame looks inside another page: values that its application gives, never style sheets."""

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from leadengine.dashboard.brand import Brand, Scheme
from leadengine.settings import Colour

_GENERIC = {
    "sans": 'system-ui, "Helvetica Neue", Arial, sans-serif',
    "serif": 'Georgia, "Times New Roman", serif',
    "rounded": "ui-rounded, system-ui, sans-serif",
}
# Neither quote nor backslash nor semicolon: a name inside of quotes stays a name.
Font = Annotated[str, StringConstraints(pattern=r"^([A-Za-z][A-Za-z0-9 -]{0,59})?$")]


class Theme(BaseModel):
    """What the page around the frame wants; what is empty is the client's own.

    Attributes:
        colour: `#rrggbb`; shades that can be read are worked out from it.
        font: `sans`, `serif`, `rounded`, or the name of a family that the reader's device has.
        radius: of the corners of cards, in CSS pixels.
        scheme: light or dark; `auto` follows the reader's device.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    colour: Colour | Literal[""] = ""
    font: Font = ""
    radius: Annotated[int, Field(ge=0, le=32)] | None = None
    scheme: Scheme = "auto"

    def stylesheet(self, brand: Brand) -> str:
        """Custom properties that lie over those of the pages' style sheet."""
        parts = [replace(brand, primary=self.colour or brand.primary).stylesheet(self.scheme)]
        if self.radius is not None:
            parts.append(f":root{{--radius:{self.radius}px}}")
        if self.font:
            family = _GENERIC.get(self.font) or f'"{self.font}", system-ui, sans-serif'
            parts.append(f"html{{font-family:{family}}}")
        return "".join(parts)
