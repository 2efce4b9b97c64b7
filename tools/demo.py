"""Put the client `acme` live on this machine with a page that carries its snippet; or take all of it away.

    python tools/demo.py up | down

The demo has data of its own in build/demo: a person's real clients are never touched.
"""

import os
import re
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build/demo"
DATA = FOLDER / "data"
SITE = FOLDER / "site"
KEYS = FOLDER / "keys"
CLIENT, DOMAIN = "acme", "acme.localhost"
SERVER, PORT = "leadengine-demo-site", 8090
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


def docker(*words: str) -> str:
    argv = ("docker", *words)
    return subprocess.run(argv, check=False, capture_output=True, text=True).stdout


def serve_page(snippet: str) -> None:
    """Publish the client's website: browsers tell no site about a page opened from a file."""
    SITE.mkdir(parents=True, exist_ok=True)
    text = (ROOT / "tools/demo-page.html").read_text()
    (SITE / "index.html").write_text(text.replace("<!-- snippet -->", snippet))
    if docker("inspect", "--format", "{{.State.Running}}", SERVER).strip() == "true":
        return
    docker("rm", "--force", SERVER)
    options = (
        *("--detach", "--name", SERVER, "--init", "--read-only", "--user", str(os.getuid())),
        *("--publish", f"127.0.0.1:{PORT}:8000", "--volume", f"{SITE}:/site:ro"),
        *("--entrypoint", "python3"),
    )
    command = ("-m", "http.server", "--directory", "/site", "8000")
    docker("run", *options, "leadengine/api:dev", *command)


def publish_release() -> None:
    """Be a publisher of one's own: with keys on this machine, which is good enough for a demo."""
    passphrase = FOLDER / "passphrase"
    if not passphrase.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        passphrase.touch(mode=0o600)
        passphrase.write_text(secrets.token_urlsafe(24))
    os.environ["LECTL_KEY_PASSPHRASE"] = passphrase.read_text()
    if not (DATA / "releases").exists():
        lectl("release", "init", str(KEYS), "--keys", "1", "--threshold", "1")
    lectl("release", "build")
    lectl("release", "sign", "--keys", str(KEYS))
    lectl("release", "publish")


def up() -> None:
    publish_release()
    summary = lectl("deploy", CLIENT, DOMAIN, "--host", "local", "--yes")
    say(summary)
    found = re.search(r"Snippet: (<script.*</script>)", summary)
    if found is None:
        sys.exit("'lectl deploy' printed no snippet: the demo page was not written.")
    serve_page(found[1])
    shown = Path(os.path.relpath(DATA))
    say(f"""\
Demo page: http://localhost:{PORT}
Dashboard: https://{DOMAIN} (sign in with the account above)

Open the dashboard first and let the browser trust its certificate; then open the demo page, and the
visit appears in the dashboard. More to try:

  LECTL_DATA_FOLDER={shown} .venv/bin/lectl status
  make demo-down""")


def remove_stack() -> None:
    docker("rm", "--force", SERVER)
    if not DATA.exists():
        return
    lectl("destroy", CLIENT, "--confirm", CLIENT, allowed=(0, NOT_FOUND))
    lectl("host", "remove", "local", "--purge", allowed=(0, NOT_FOUND))


def remove_images() -> None:
    """Remove the images that were built here and that no container uses."""
    listing = ("image", "ls", "--quiet", "--no-trunc", "--filter", "label=leadengine.inputs")
    for image in set(docker(*listing).split()):
        docker("image", "rm", image)


def down() -> None:
    remove_stack()
    remove_images()
    shutil.rmtree(FOLDER, ignore_errors=True)
    say("The demo is gone: its stack, agent, data and images.")
    say("Docker Engine, the base image debian:trixie-slim and the build cache are still here.")


if __name__ == "__main__":
    {"up": up, "down": down}[sys.argv[1]]()
