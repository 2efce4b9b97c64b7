"""A release that a registry serves: pushed by name, recorded by digest, nothing left behind."""

from pathlib import Path

from leadengine_ctl.releases.library import Library
from leadengine_ctl.releases.repository import Repository
from tests.lab.engine import docker
from tests.lab.operator import Operator
from tests.lab.registry import Registry


def test_a_release_is_pushed_and_every_image_answers_by_its_digest(
    product_images: None, registry: Registry, ssh_key: Path, tmp_path: Path
) -> None:
    published = docker("port", registry.box.name, "5000/tcp").stdout.rpartition(":")[2].strip()
    namespace = f"127.0.0.1:{published}/leadengine"
    operator = Operator(tmp_path, ssh_key).with_settings(
        LECTL_REGISTRY=namespace,
        LECTL_REGISTRY_USER=registry.user,
        LECTL_REGISTRY_PASSWORD=registry.password,
    )
    rules = ("--min-from", "2.0.0", "--stop", "--agent-floor", "0.1.0", "--notes", "New.")
    ended = operator.release("--version", "3.0.0", "--channel", "beta", *rules, "--json")
    release = Library(Repository(operator.data / "releases")).load("3.0.0").release
    assert ended.result["version"] == "3.0.0"
    assert (release.min_from, release.stop, release.agent_floor) == ("2.0.0", True, "0.1.0")
    assert release.notes == "New."
    for image in (*release.images.values(), release.agent):
        assert image.pulled
        assert image.repository.startswith(namespace)
        name = image.repository.partition("/")[2]
        registry.ask("HEAD", f"{name}/manifests/{image.digest}").raise_for_status()
    assert namespace not in docker("images", "--digests").stdout


def test_a_wrong_login_is_refused_with_what_to_check(
    product_images: None, registry: Registry, ssh_key: Path, tmp_path: Path
) -> None:
    published = docker("port", registry.box.name, "5000/tcp").stdout.rpartition(":")[2].strip()
    operator = Operator(tmp_path, ssh_key).with_settings(
        LECTL_REGISTRY=f"127.0.0.1:{published}/leadengine",
        LECTL_REGISTRY_USER=registry.user,
        LECTL_REGISTRY_PASSWORD="canary-wrong-password",
    )
    operator.must("release", "init", str(operator.home / "stick"))
    ended = operator.lectl("release", "build")
    assert ended.code == 1
    assert f"The registry 127.0.0.1:{published} does not let {registry.user} in." in ended.err
    assert "Check LECTL_REGISTRY_USER and LECTL_REGISTRY_PASSWORD." in ended.err
    assert "canary-wrong-password" not in ended.text
