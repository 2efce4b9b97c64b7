"""Licences by lectl: issued with an offline key, believed by the publisher's root, and never in the way."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr

from leadengine_agent.assertions import encode
from leadengine_ctl.fleet.audit import Audit
from leadengine_ctl.fleet.database import open_database
from leadengine_ctl.fleet.panel_records import AuditLine
from leadengine_ctl.fleet.schema import build_schema
from leadengine_ctl.releases.keys import create_key
from leadengine_ctl.secrets import KeyRing
from leadengine_ctl.settings import Settings
from tests.unit.ctl.builders import PASSPHRASE
from tests.unit.ctl.cli import Cli, Ran

pytestmark = pytest.mark.long

DOMAIN = "leads.acme.test"


@pytest.fixture
def desk(lectl: Cli, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """A client that runs its stack itself, and the publisher's stick."""
    monkeypatch.setenv("LECTL_KEY_PASSPHRASE", PASSPHRASE.get_secret_value())
    assert lectl.deploy("acme", DOMAIN, "--plan", "self-hosted").code == 0
    return lectl


def day(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def issue(desk: Cli, days: int, client: str = "acme", domain: str = DOMAIN) -> Path:
    """A licence in a file."""
    file, stick = desk.folder.parent / "the.licence", desk.folder.parent / "stick"
    words = ("licence", "issue", client, domain, "--until", day(days), "--keys", str(stick))
    ran = desk(*words, "--out", str(file))
    assert ran.code == 0, ran.err
    return file


def status(desk: Cli) -> Ran:
    ran = desk("status")
    assert "green" in ran.out
    return ran


def use(desk: Cli, file: Path) -> Ran:
    return desk("licence", "use", str(file), "acme", "--yes")


def test_it_is_issued_checked_used_and_shown(desk: Cli) -> None:
    assert "It has no licence" in status(desk).err
    file = issue(desk, 300)
    told = desk("licence", "check", str(file))
    assert (told.code, f"Until: {day(300)}" in told.out) == (0, True)
    ran = use(desk, file)
    assert ran.code == 0, ran.err
    assert "licence" not in status(desk).err
    shown = desk("licence", "show", "acme", "--json").json[0]["licence"]
    assert (shown["state"], shown["licence"]["domains"]) == ("valid", [DOMAIN])


def test_it_warns_for_thirty_days_and_afterwards_and_nothing_stops(desk: Cli) -> None:
    assert use(desk, issue(desk, 30)).code == 0
    ran = status(desk)
    assert (ran.code, "in 30 days" in ran.err) == (0, True)
    assert "licence" not in ran.out
    # The same stack a year later, by what was seen of the time.
    see(desk, days=400)
    ran = status(desk)
    assert (ran.code, "Its licence ended" in ran.err) == (0, True)
    assert "days behind what was seen already" in ran.err, "a clock that was set back gains nothing"
    for words in (
        ("deploy", "acme", DOMAIN, "--plan", "self-hosted"),
        ("config", "set", "brand.primary=#112233", "acme", "--yes"),
        ("logs", "acme"),
        ("rollback", "acme"),
        ("destroy", "acme", "--confirm", "acme", "--without-backup"),
    ):
        ran = desk(*words)
        assert ran.code == 0, (words, ran.err)


def see(desk: Cli, days: int) -> None:
    """Let the audit trail have an entry of a day that is yet to come."""
    settings, panel = Settings(), build_schema(KeyRing(Settings().keys)).panel
    at = (datetime.now(UTC) + timedelta(days=days)).isoformat()
    engine = open_database(settings.database, desk.folder)
    audit = Audit(engine, panel.audit, panel.audit_head, lambda: at)
    audit.append(AuditLine(actor="somebody", origin="cli", action="look", subject="acme"))


def test_what_was_changed_is_not_believed(desk: Cli) -> None:
    file = issue(desk, 10)
    head, middle, signature = file.read_text().strip().split(".")
    said = json.loads(base64.urlsafe_b64decode(middle + "=="))
    said["until"] = day(9999)
    longer = base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()
    refused(desk, f"{head}.{longer}.{signature}")


def test_what_somebody_else_signed_is_not_believed(desk: Cli, tmp_path: Path) -> None:
    """Their own key, alone and under the name of the publisher's."""
    file = issue(desk, 10)
    _head, middle, _signature = file.read_text().strip().split(".")
    said = json.loads(base64.urlsafe_b64decode(middle + "=="))
    own = Ed25519PrivateKey.generate()
    refused(desk, encode(said, own.sign))
    refused(desk, encode({**said, "iss": "f" * 64}, own.sign))
    other = create_key(tmp_path / "other", "targets", PASSPHRASE)
    ran = desk(
        "licence", "issue", "acme", DOMAIN, "--until", day(9), "--keys", str(tmp_path / "other")
    )
    assert ran.code == 12
    assert other.public_key.keyid not in ran.err


def refused(desk: Cli, text: str) -> None:
    file = desk.folder.parent / "forged.licence"
    file.write_text(text)
    for ran in (use(desk, file), desk("licence", "check", str(file))):
        assert ran.code == 12
        assert "not believed" in ran.err
    # Set past the check, it is said; and the client lives.
    assert desk("config", "set", f"licence={text}", "acme", "--yes").code == 0
    assert "This licence is not believed" in status(desk).err
    assert desk("config", "set", "licence=", "acme", "--yes").code == 0


@pytest.mark.parametrize(
    ("client", "domain", "words"),
    [
        ("bolt", DOMAIN, "for the client bolt"),
        ("acme", "leads.bolt.test", f"not for {DOMAIN}"),
    ],
)
def test_another_client_s_or_domain_s_is_refused(
    desk: Cli, client: str, domain: str, words: str
) -> None:
    ran = use(desk, issue(desk, 300, client, domain))
    assert ran.code == 12
    assert words in ran.err


@pytest.mark.parametrize("text", ["", "no licence", "a.b.c", "e30.e30.e30"])
def test_what_is_none_is_said(desk: Cli, text: str) -> None:
    file = desk.folder.parent / "none.licence"
    file.write_text(text)
    ran = use(desk, file)
    assert (ran.code, "no licence" in ran.err) == (2, True)


def test_a_key_that_signs_only_roots_signs_none(desk: Cli, tmp_path: Path) -> None:
    stick = desk.folder.parent / "stick"
    only = tmp_path / "only"
    only.mkdir()
    for key in stick.glob("root-*.pem"):
        (only / key.name).write_bytes(key.read_bytes())
    ran = desk("licence", "issue", "acme", DOMAIN, "--until", day(9), "--keys", str(only))
    assert (ran.code, "may sign a licence" in ran.err) == (12, True)


def test_a_wrong_passphrase_is_said(desk: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LECTL_KEY_PASSPHRASE", SecretStr("another one, long").get_secret_value())
    stick = str(desk.folder.parent / "stick")
    ran = desk("licence", "issue", "acme", DOMAIN, "--until", day(9), "--keys", stick)
    assert ran.code == 2
