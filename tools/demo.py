"""Put the client `acme` live on this machine with a page that carries its snippet; or take all of it away.

    python tools/demo.py up | down

The demo has data of its own in build/demo: a person's real clients are never touched.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build/demo"
DATA = FOLDER / "data"
PAGE = FOLDER / "index.html"
CLIENT, DOMAIN = "acme", "acme.localhost"
NOT_FOUND = 10


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


def lectl(*words: str, allowed: tuple[int, ...] = (0,)) -> str:
    """Run lectl with the demo's data; its talk goes to the terminal, its data is returned."""
    environment = {**os.environ, "LECTL_DATA_FOLDER": str(DATA)}
    argv = (str(Path(sys.executable).parent / "lectl"), *words)
    done = subprocess.run(argv, check=False, env=environment, stdout=subprocess.PIPE, text=True)
    if done.returncode not in allowed:
        sys.exit(done.returncode)
    return done.stdout


def write_page(snippet: str) -> None:
    text = (ROOT / "tools/demo-page.html").read_text()
    PAGE.write_text(text.replace("<!-- snippet -->", snippet))


def up() -> None:
    lectl("release", "build")
    summary = lectl("deploy", CLIENT, DOMAIN, "--host", "local", "--yes")
    say(summary)
    found = re.search(r"Snippet: (<script.*</script>)", summary)
    if found is None:
        sys.exit("'lectl deploy' printed no snippet: the demo page was not written.")
    write_page(found[1])
    shown = Path(os.path.relpath(DATA))
    say(f"""\
Demo page: {PAGE.as_uri()}
Dashboard: https://{DOMAIN} (sign in with the account above)

Open the dashboard first and let the browser trust its certificate; then open the demo page, and the
visit appears in the dashboard. More to try:

  LECTL_DATA_FOLDER={shown} .venv/bin/lectl status
  make demo-down""")


def remove_stack() -> None:
    if not DATA.exists():
        return
    lectl("destroy", CLIENT, "--confirm", CLIENT, allowed=(0, NOT_FOUND))
    lectl("host", "remove", "local", "--purge", allowed=(0, NOT_FOUND))


def remove_images() -> None:
    """Remove the images that were built here and that no container uses."""
    listing = (
        "docker",
        "image",
        "ls",
        "--quiet",
        "--no-trunc",
        "--filter",
        "label=leadengine.inputs",
    )
    shown = subprocess.run(listing, check=True, capture_output=True, text=True).stdout
    for image in set(shown.split()):
        subprocess.run(("docker", "image", "rm", image), check=False, capture_output=True)


def down() -> None:
    remove_stack()
    remove_images()
    shutil.rmtree(FOLDER, ignore_errors=True)
    say("The demo is gone: its stack, agent, data and images.")
    say("Docker Engine, the base image debian:trixie-slim and the build cache are still here.")


if __name__ == "__main__":
    {"up": up, "down": down}[sys.argv[1]]()
