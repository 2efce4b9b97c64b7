"""A certificate is made, checked and switched as a pair."""

import datetime
import os
from pathlib import Path

import pytest
from cryptography import x509

from leadengine_agent.certificates import (
    CertificateStore,
    LocalCA,
    Pair,
    check,
    is_due,
    kind_of,
    self_signed,
)
from leadengine_agent.values import is_private

NOW = datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
NAME = "leads.acme.com"

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="the store gives keys to another group")


@pytest.mark.parametrize(
    ("domain", "private"),
    [
        ("acme.localhost", True),
        ("box.local", True),
        ("leads.corp.internal", True),
        ("leads.acme.com", False),
        ("localhost.acme.com", False),
        ("notlocal.com", False),
    ],
)
def test_private_names_are_known(domain: str, private: bool) -> None:
    assert is_private(domain) is private


def test_a_self_signed_pair_is_sound_and_known_as_such() -> None:
    pair = self_signed(NAME, NOW)
    assert check(pair, NAME, NOW) == ""
    assert kind_of(pair.leaf) == "self-signed"


def test_the_local_authority_issues_what_its_root_verifies(tmp_path: Path) -> None:
    authority = LocalCA(tmp_path / "ca")
    pair = authority.issue("acme.localhost", NOW)
    root = x509.load_pem_x509_certificate(authority.root_pem().encode())
    pair.leaf.verify_directly_issued_by(root)
    assert kind_of(pair.leaf) == "local"
    assert check(pair, "acme.localhost", NOW) == ""
    assert (tmp_path / "ca" / "root.key").stat().st_mode & 0o777 == 0o600


def test_the_local_authority_keeps_its_root(tmp_path: Path) -> None:
    LocalCA(tmp_path).issue("a.localhost", NOW)
    before = LocalCA(tmp_path).root_pem()
    LocalCA(tmp_path).issue("b.localhost", NOW)
    assert LocalCA(tmp_path).root_pem() == before


def _bad_pairs() -> dict[str, tuple[Pair, str]]:
    good, other = self_signed(NAME, NOW), self_signed(NAME, NOW)
    return {
        "wrong key": (Pair(good.chain, other.key), "the key does not belong"),
        "wrong name": (self_signed("other.com", NOW), "it is not for leads.acme.com"),
        "expired": (self_signed(NAME, NOW - 400 * DAY), "it is not valid now"),
        "not yet valid": (self_signed(NAME, NOW + 10 * DAY), "it is not valid now"),
        "truncated": (Pair(good.chain[:-60], good.key), "it cannot be read"),
        "empty": (Pair(b"", b""), "it cannot be read"),
        "key truncated": (Pair(good.chain, good.key[:40]), "it cannot be read"),
    }


@pytest.mark.parametrize("case", list(_bad_pairs()))
def test_a_bad_pair_is_refused_with_its_reason(case: str) -> None:
    pair, why = _bad_pairs()[case]
    assert check(pair, NAME, NOW).startswith(why)


def test_renewal_is_due_in_the_last_third_of_any_life() -> None:
    leaf = self_signed(NAME, NOW).leaf
    assert not is_due(leaf, NOW + 240 * DAY)
    assert is_due(leaf, NOW + 246 * DAY)


@needs_root
def test_the_store_switches_whole_pairs_and_keeps_a_few(tmp_path: Path) -> None:
    store = CertificateStore(tmp_path)
    assert store.current() is None
    for _ in range(6):
        pair = self_signed(NAME, NOW)
        assert store.install(pair)
        assert store.current() == pair
        assert not store.install(pair)
    assert len([each for each in tmp_path.iterdir() if not each.is_symlink()]) == 4
    key = tmp_path / "current" / "privkey.pem"
    assert key.stat().st_mode & 0o777 == 0o640
