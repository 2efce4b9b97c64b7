"""The code before the newest migration runs on the schema after it: the way back is open."""

from pathlib import Path

from tests.lab.engine import docker
from tests.lab.runtime.older import build_older, older_tree, run_its_tests


def test_older_codes_own_tests_pass_on_the_newer_schema(
    product_images: None, tmp_path: Path
) -> None:
    tree = older_tree(tmp_path / "older")
    build_older(tree)
    done = run_its_tests(tree)
    docker("rmi", "--force", "leadengine/older-api:dev", "leadengine/older-worker:dev")
    print(done.stdout.splitlines()[-1])  # noqa: T201
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
