"""Another model than the usual one: a .tar.gz with `model.onnx`, `tokenizer.json` and `model.json`.

python3 fetch.py URL SHA256 FOLDER
"""

import hashlib
import io
import sys
import tarfile
import urllib.request


def fetch(url: str, sha256: str, folder: str) -> None:
    """Unpack what the address gives, if it is what was announced.

    Raises:
        SystemExit: it is something else.
    """
    with urllib.request.urlopen(url, timeout=600) as answer:  # noqa: S310 - the builder's own choice
        content = answer.read()
    if hashlib.sha256(content).hexdigest() != sha256:
        sys.exit(f"{url} is not the file with the SHA-256 {sha256}")
    with tarfile.open(fileobj=io.BytesIO(content)) as files:
        files.extractall(folder, filter="data")


if __name__ == "__main__":
    fetch(*sys.argv[1:])
