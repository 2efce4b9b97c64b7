"""A publisher's day: keys, signatures, publications, withdrawals, new keys."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from leadengine_ctl.operations.release_publishing import expiry_warnings
from leadengine_ctl.releases.repository import Repository
from tests.unit.ctl.builders import PASSPHRASE, a_draft
from tests.unit.ctl.cli import Cli
from tests.unit.ctl.publishing import Desk

pytestmark = pytest.mark.long


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Nobody has published anything yet."""
    data = tmp_path / "data"
    environment = Cli.environment(data, tmp_path)
    environment["LECTL_KEY_PASSPHRASE"] = PASSPHRASE.get_secret_value()
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return Desk(Cli(data, environment), tmp_path / "sticks")


def test_keys_are_encrypted_and_only_their_owner_can_read_them(desk: Desk) -> None:
    fingerprint = desk.init()
    offline = sorted(desk.sticks.rglob("*.pem"))
    assert len(offline) == 6
    for key in offline:
        assert key.read_text().startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----")
        assert key.stat().st_mode & 0o777 == 0o600
    online = sorted((desk.lectl.folder / "release-keys").iterdir())
    assert [path.name.partition("-")[0] for path in online] == ["snapshot", "timestamp"]
    assert {path.stat().st_mode & 0o777 for path in online} == {0o600}
    assert desk.repository.fingerprint == fingerprint
    assert desk.lectl("release", "init", str(desk.sticks)).code == 12


def test_two_people_on_two_machines_sign_a_release(desk: Desk, tmp_path: Path) -> None:
    desk.init()
    desk.build(a_draft(notes="Faster search.\nAnd more."))
    first = desk.sign(1, "1.0.0")
    assert first.code == 20
    assert first.out == "1.0.0: published in stable\n"
    assert "The targets lacks 1: any of" in first.err
    early = desk.lectl("release", "publish")
    assert early.code == 12
    assert "lacks 1 signatures" in early.err

    # The folder has no key: it travels to the second machine and back.
    away = tmp_path / "away"
    shutil.move(desk.repository.folder, away)
    second = desk.sign(3, "1.0.0", "--repository", str(away))
    assert second.code == 0, second.err
    shutil.move(away, desk.repository.folder)
    assert desk.lectl("release", "publish").code == 0
    listed = desk.lectl("release", "list")
    assert listed.out.splitlines()[1].split() == [
        "1.0.0",
        "stable",
        "no.",
        "1",
        "Faster",
        "search.",
    ]
    assert listed.err == ""


def test_the_same_key_twice_is_one_signature(desk: Desk) -> None:
    desk.init()
    desk.build(a_draft())
    assert desk.sign(1).code == desk.sign(1).code == 20


def test_signing_again_when_all_is_published_is_no_error(desk: Desk) -> None:
    desk.init()
    desk.build(a_draft())
    desk.publish()
    again = desk.sign(1)
    assert (again.code, again.err) == (0, "Nothing waits for signatures.\n")


def test_what_is_not_signed_is_shown_as_waiting(desk: Desk) -> None:
    desk.init()
    desk.build(a_draft())
    ran = desk.lectl("release", "list")
    assert ran.out == ""
    assert "Waits for signatures: 1.0.0: published in stable" in ran.err
    assert desk.lectl("release", "show", "1.0.0").code == 10


def test_a_release_moves_from_beta_to_stable(desk: Desk) -> None:
    desk.init()
    desk.build(a_draft(), "beta")
    desk.publish()
    deploy = ("deploy", "acme", "leads.acme.test", "--host", "memory://one")
    assert "None is published in the channel 'stable'" in desk.lectl(*deploy).err
    assert desk.lectl("release", "promote", "1.0.0", "--channel", "stable").code == 0
    desk.publish()
    (shown,) = desk.lectl("release", "list", "--json").json
    assert shown["releases"][0]["channels"] == ["beta", "stable"]
    assert desk.lectl(*deploy).code == 0


def test_a_yanked_release_is_not_deployed(desk: Desk) -> None:
    desk.init()
    desk.build(a_draft("1.0.0"))
    desk.build(a_draft("1.1.0"))
    desk.publish()
    assert desk.lectl("release", "yank", "1.1.0", "--reason", "It loses mail.").code == 0
    assert "1.1.0: yanked, It loses mail." in desk.lectl("release", "list").err
    desk.publish()
    assert "yanked: It loses mail." in desk.lectl("release", "list").out
    ran = desk.lectl.deploy()
    assert "Release: 1.0.0" in ran.out
    wanted = desk.lectl.deploy("other", "leads.other.test", "--release", "1.1.0")
    assert wanted.code == 12
    assert "Release 1.1.0 is withdrawn.\nIt loses mail.\n" in wanted.err


def test_keys_are_replaced_one_at_a_time(desk: Desk) -> None:
    fingerprint = desk.init()
    desk.build(a_draft())
    desk.publish()
    before = {key["name"] for key in desk.lectl("release", "keys", "--json").json[0]["keys"]}
    for name in sorted(before):
        stick = desk.sticks / "1"
        assert desk.lectl("release", "rotate", name, "--keys", str(stick)).code == 0
        for other in (1, 2, 3):
            desk.sign(other)
        ran = desk.lectl("release", "publish")
        assert ran.code == 0, ran.err
    after = {key["name"] for key in desk.lectl("release", "keys", "--json").json[0]["keys"]}
    assert not before & after
    assert desk.repository.fingerprint == fingerprint
    assert len(desk.repository.roots()) == 1 + len(before)
    assert desk.lectl.deploy().code == 0


def test_everything_can_be_prolonged_without_a_new_key(desk: Desk) -> None:
    desk.init()
    assert desk.lectl("release", "rotate", "--keys", str(desk.sticks / "1")).code == 0
    desk.publish()
    assert len(desk.repository.roots()) == 2


def test_refresh_needs_no_offline_key(desk: Desk) -> None:
    desk.init()
    shutil.rmtree(desk.sticks)
    before = desk.repository.current()
    assert desk.lectl("release", "refresh").code == 0
    assert desk.repository.current() != before


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("release", "sign", "9.9.9", "--keys", "."), 10, "There is nothing to sign for 9.9.9."),
        (("release", "sign", "--keys", "."), 10, "There is no key in ."),
        (("release", "yank", "9.9.9", "--reason", "x"), 10, "There is no release 9.9.9."),
        (("release", "promote", "9.9.9", "--channel", "beta"), 10, "There is no release 9.9.9."),
        (("release", "rotate", "zzz", "--keys", "."), 10, "There is no key zzz."),
        (("release", "init", "x", "--keys", "1"), 2, "more signatures are asked for than"),
        (("release", "publish", "ftp://x/y"), 2, "'ftp://x/y' is no place to publish to."),
        (("release", "bundle", "9.9.9"), 10, "There is no release 9.9.9."),
        (("release", "import", "no-such-file"), 10, "There is no file no-such-file."),
        (("release", "import", "pyproject.toml"), 12, "pyproject.toml is no release."),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    desk: Desk, words: tuple[str, ...], code: int, sentence: str
) -> None:
    desk.init()
    ran = desk.lectl(*words)
    assert (ran.code, ran.out) == (code, "")
    assert sentence in ran.err


@pytest.mark.parametrize("command", ["keys", "refresh", "publish"])
def test_without_keys_it_says_how_to_make_them(desk: Desk, command: str) -> None:
    ran = desk.lectl("release", command)
    assert ran.code == 10
    assert "Make them with 'lectl release init KEYS_FOLDER'." in ran.err


def test_a_wrong_or_missing_passphrase_is_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.init()
    desk.build(a_draft())
    monkeypatch.setenv("LECTL_KEY_PASSPHRASE", "canary-another-one")
    ran = desk.sign(1)
    assert ran.code == 2
    assert "cannot be opened" in ran.err
    assert "canary-another-one" not in ran.err
    monkeypatch.delenv("LECTL_KEY_PASSPHRASE")
    assert "LECTL_KEY_PASSPHRASE is not set" in desk.sign(1).err
    monkeypatch.setenv("LECTL_KEY_PASSPHRASE", "short")
    assert "too short" in desk.lectl("release", "rotate", "--keys", "x").err


def test_people_are_warned_before_metadata_ends() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    ends = {"root": now + timedelta(days=29), "timestamp": now + timedelta(days=4)}
    assert expiry_warnings(ends, now) == (
        "The root metadata ends in 29 days; then hosts refuse it. "
        "Run 'lectl release rotate --keys FOLDER'.",
    )
    ended = expiry_warnings({"timestamp": now - timedelta(hours=1)}, now)
    assert ended[0].startswith("The timestamp metadata has expired; then hosts refuse it.")


def test_a_publication_that_was_killed_is_made_good_by_the_next(desk: Desk) -> None:
    """What a kill after the targets leaves: signed metadata that nothing leads to yet."""
    desk.init()
    desk.build(a_draft())
    assert desk.sign(1).code == 20
    assert desk.sign(2).code == 0
    pending = desk.repository.pending / "targets.json"
    shutil.copy(pending, desk.repository.metadata / "2.targets.json")
    assert Repository(desk.repository.folder).entries() == {}
    assert desk.lectl("release", "publish").code == 0
    assert "1.0.0" in desk.lectl("release", "list").out
