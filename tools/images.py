"""Build or pull the images a stack needs, each only when something it is made of has changed.

    python3 tools/images.py [--lab] [NAME...]

Runs on the standard library alone, before anything is set up.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BASE = "debian:trixie-slim"
LABEL = "leadengine.inputs"
CA_BUNDLE = Path(os.environ.get("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt"))


@dataclass(frozen=True)
class Image:
    """One image built from a folder; `official` is what it stands in for, if anything.

    `file` and `sources`: of an image that is made of several folders, its Dockerfile and what counts.
    """

    tag: str
    context: str
    target: str = ""
    official: str = ""
    file: str = ""
    sources: tuple[str, ...] = ()


PRODUCT = (
    Image("leadengine/api:dev", "runtime", target="api"),
    Image("leadengine/worker:dev", "runtime", target="worker"),
    Image("leadengine/agent:dev", "agent"),
    Image(
        "leadengine/panel:dev",
        ".",
        file="templates/panel/Dockerfile",
        sources=("leadengine_ctl", "templates", "agent/leadengine_agent"),
    ),
    Image("leadengine/standin-postgres:dev", "runtime/standins/postgres", official="postgres:17"),
    Image("leadengine/standin-redis:dev", "runtime/standins/redis", official="redis:8"),
    Image(
        "leadengine/standin-chromadb:dev",
        "runtime/standins/chromadb",
        official="chromadb/chroma:1.5.9",
    ),
    Image("leadengine/standin-nginx:dev", "runtime/standins/nginx", official="nginx:1.26"),
)
LAB = (
    Image("leadengine/lab-vps:dev", "tests/lab/images/vps"),
    Image("leadengine/lab-cloud:dev", "tests/lab/images/cloud"),
    Image("leadengine/lab-services:dev", "tests/lab/images/services"),
    Image("leadengine/lab-wordpress:dev", "tests/lab/images/wordpress"),
)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201


def output(*argv: str) -> str:
    return subprocess.run(argv, cwd=ROOT, check=False, capture_output=True, text=True).stdout


def fingerprint(image: Image, base_id: str) -> str:
    """Hash all that decides what the build yields: base, target, and every file git would keep."""
    folders = image.sources or (image.context,)
    names = output("git", "ls-files", "-co", "--exclude-standard", "-z", "--", *folders)
    digest = hashlib.sha256(f"{base_id} {image.target}".encode())
    for name in sorted(filter(None, names.split("\0"))):
        path = ROOT / name
        if path.is_file():
            executable = path.stat().st_mode & 0o100
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"\n{name} {executable} {content}".encode())
    return digest.hexdigest()


def present(images: tuple[Image, ...]) -> dict[str, str]:
    """Say which tags the engine has, and from which inputs they were built (empty: pulled)."""
    tags = [tag for image in images for tag in (image.tag, image.official) if tag]
    found: dict[str, str] = {}
    for entry in json.loads(output("docker", "image", "inspect", *tags) or "[]"):
        labels = entry["Config"].get("Labels") or {}
        found |= dict.fromkeys(entry["RepoTags"], labels.get(LABEL, ""))
    return found


def registry_has(tag: str) -> bool:
    """Ask the registry, for at most five seconds."""
    argv = ("docker", "buildx", "imagetools", "inspect", tag)
    try:
        done = subprocess.run(argv, check=False, capture_output=True, timeout=5)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def build(image: Image, inputs: str) -> None:
    say(f"Building {image.tag}{f' (stands in for {image.official})' if image.official else ''} ...")
    argv = ["docker", "buildx", "build", "--load", "--quiet", "--provenance=false"]
    argv += ["--tag", image.tag, "--label", f"{LABEL}={inputs}"]
    if image.file:
        argv += ["--file", image.file]
    if image.target:
        argv += ["--target", image.target]
    if CA_BUNDLE.is_file():
        # A build's pip and npm trust what this machine trusts.
        argv += ["--secret", f"id=ca,src={CA_BUNDLE}"]
    done = subprocess.run(
        (*argv, image.context), cwd=ROOT, check=False, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(f"{done.stderr}\n{image.tag} could not be built; the reason is above.")


def ensure(image: Image, found: dict[str, str], base_id: str) -> None:
    """Have the image: as pulled before, as built before from the same files, pulled, or built."""
    if image.official in found:
        return
    inputs = fingerprint(image, base_id)
    if found.get(image.tag) == inputs:
        return
    if image.official and image.tag not in found and registry_has(image.official):
        say(f"Pulling {image.official} ...")
        subprocess.run(("docker", "pull", "--quiet", image.official), check=True)
    else:
        build(image, inputs)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--lab", action="store_true", help="the images of the test lab instead")
    parser.add_argument("names", nargs="*", help="parts of tags; without: all")
    arguments = parser.parse_args()
    images = tuple(
        image
        for image in (LAB if arguments.lab else PRODUCT)
        if not arguments.names or any(name in image.tag for name in arguments.names)
    )
    subprocess.run(("sh", "tools/base-image.sh"), cwd=ROOT, check=True)
    base_id = output("docker", "image", "inspect", "--format", "{{.Id}}", BASE).strip()
    found = present(images)
    for image in images:
        ensure(image, found, base_id)


if __name__ == "__main__":
    main()
