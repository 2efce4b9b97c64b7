"""The product's images as the lab makes releases of them: real ones, each with a content of its own."""

import base64
from functools import cache
from pathlib import Path

from leadengine_agent.protocol import ImageRef
from tests.lab.engine import docker
from tests.lab.releases import derive

PACKAGES = "/opt/leadengine/lib/python3.13/site-packages"
_SOURCES = Path(__file__).parent / "product"
_UNPACK = (
    "import base64,pathlib,sys; path = pathlib.Path(sys.argv[1]);"
    " path.parent.mkdir(parents=True, exist_ok=True);"
    " path.write_bytes(base64.b64decode(sys.argv[2]))"
)


def edition(name: str, **environment: str) -> ImageRef:
    """The api with the lab's paths, and these variables set: `LAB_FAULT` plants a fault."""
    settings = (f"ENV {key}={value}" for key, value in environment.items())
    return derive(f"api-{name}", f"ENV LAB_RELEASE={name}", *settings, base=_base())


@cache
def _base() -> str:
    """The tag of what all editions have in common; built once."""
    files = sorted(_SOURCES.glob("*.py"))
    lines = (
        written(f"{PACKAGES}/tests/lab/product/{each.name}", each.read_text()) for each in files
    )
    image = derive(
        "product", "USER 0", *lines, "USER 10001:10001",
        'CMD ["python", "-m", "tests.lab.product.api"]',
    )  # fmt: skip
    return f"{image.repository}:dev"


def written(path: str, text: str) -> str:
    """The Dockerfile line that puts a file in place."""
    encoded = base64.b64encode(text.encode()).decode()
    return f'RUN ["python3", "-c", "{_UNPACK}", "{path}", "{encoded}"]'


def variant(name: str, image: ImageRef) -> ImageRef:
    """The same image with another content: what a new version of a data service is to a host."""
    tag = f"leadengine/lab-before-{name}:dev"
    docker("tag", image.reference, tag)
    return derive(name, f"LABEL lab={name}", base=tag)
