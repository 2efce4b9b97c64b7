"""Releases on disk: what is published is found, and nothing that was changed gets through."""

from pathlib import Path

import pytest

from leadengine_agent.values import version_key
from leadengine_ctl.errors import LeadEngineError, NotAllowedError, NotFoundError
from leadengine_ctl.releases.decisions import add_release
from leadengine_ctl.releases.library import Library
from leadengine_ctl.releases.repository import Repository
from tests.unit.ctl.builders import a_bundle, a_draft, a_publisher, publish, withdraw


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def test_a_release_comes_back_as_it_was(data: Path) -> None:
    bundle = publish(data, a_draft()).load("1.0.0")
    assert (bundle.release, bundle.files) == (a_draft().release, a_draft().files)


def test_the_newest_is_the_highest_version(data: Path) -> None:
    library = publish(data, *map(a_draft, ("1.10.0", "1.9.0", "1.10.0-rc.1")))
    assert library.versions() == ("1.10.0", "1.10.0-rc.1", "1.9.0")
    assert library.newest().release.version == "1.10.0"


def test_of_builds_of_one_version_the_one_published_later_wins(data: Path) -> None:
    library = publish(data, a_draft("1.0.0+ffff"), a_draft("1.0.0+0000"))
    assert library.newest().release.version == "1.0.0+0000"


def test_versions_sort_as_semantic_versioning_says() -> None:
    order = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta.2", "1.0.0-beta.11"]
    order += ["1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0", "2.0.0", "10.0.0"]
    assert sorted([*order[6:], *order[:6]], key=version_key) == order


def test_the_same_may_be_built_again_and_other_content_may_not(data: Path) -> None:
    publish(data, a_draft())
    library = publish(data, a_draft())
    with pytest.raises(NotAllowedError, match=r"Release 1\.0\.0 exists already with other content"):
        publish(data, a_draft(notes="changed"))
    assert library.load("1.0.0").release == a_draft().release


def test_a_changed_template_is_noticed(data: Path) -> None:
    library = publish(data, a_draft())
    template = next((data / "releases/targets/templates").iterdir())
    template.write_text("evil")
    with pytest.raises(LeadEngineError, match=r"Release 1\.0\.0 is damaged") as refused:
        library.load("1.0.0")
    assert refused.value.why == f"{template} was changed."


def test_a_changed_manifest_is_noticed(data: Path) -> None:
    library = publish(data, a_draft())
    manifest = data / "releases/targets/1.0.0/manifest.json"
    manifest.write_text(manifest.read_text().replace("leadengine/api", "evil/api"))
    with pytest.raises(LeadEngineError, match=r"Release 1\.0\.0 is damaged"):
        library.load("1.0.0")


def test_what_is_not_signed_is_no_release(data: Path) -> None:
    library = publish(data)
    add_release(a_publisher(data).pending, a_draft(), ("stable",))
    assert library.versions() == ()
    with pytest.raises(NotFoundError, match="There is no release to deploy"):
        library.newest()
    with pytest.raises(NotFoundError, match=r"Release 1\.0\.0 is not published"):
        library.load("1.0.0")


def test_a_folder_without_a_repository_has_no_releases(data: Path) -> None:
    assert Library(Repository(data)).published() == ()


def test_only_images_no_registry_serves_are_carried() -> None:
    bundle = a_bundle()
    assert len(bundle.carried) == 6
    assert bundle.order(None).login is None


def test_a_channel_lists_its_releases_newest_first(data: Path) -> None:
    publish(data, a_draft("1.0.0"), a_draft("1.1.0"))
    library = publish(data, a_draft("1.2.0-rc.1"), channels=("beta", "acme"))
    assert [each.version for each in library.published("stable")] == ["1.1.0", "1.0.0"]
    assert [each.version for each in library.published("acme")] == ["1.2.0-rc.1"]
    assert [each.serial for each in library.published()] == [3, 2, 1]
    assert library.published("stable")[0].release == a_draft("1.1.0").release


def test_a_yanked_release_is_listed_and_never_the_newest(data: Path) -> None:
    library = publish(data, a_draft("1.0.0"), a_draft("1.1.0"))
    withdraw(data, "1.1.0", "It loses mail.")
    assert [each.yanked for each in library.published()] == ["It loses mail.", ""]
    assert library.newest().release.version == "1.0.0"
