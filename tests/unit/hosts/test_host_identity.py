"""Whom we take for the host we mean: every combination of what is known."""

import pytest

from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.hosts.base import HostAddress, HostKey, HostTrust
from leadengine_ctl.hosts.host_identity import check_identity

ADDRESS = HostAddress.parse("ssh://root@203.0.113.7:2222")
KEY = HostKey("ssh-ed25519", b"the host's")
OTHER = HostKey("ssh-ed25519", b"somebody's")
RSA = HostKey("ssh-rsa", b"older")
NOBODY = HostTrust()


def pins(
    known: tuple[HostKey, ...] = (),
    pinned: HostKey | None = None,
    fingerprint: str | None = None,
    answer: bool = False,
) -> list[HostKey]:
    """What is pinned when the host shows KEY; raises when it is refused."""
    kept: list[HostKey] = []
    trust = HostTrust(pinned, fingerprint, lambda _address, _key: answer, kept.append)
    check_identity(ADDRESS, KEY, known, trust)
    return kept


def test_key_vouched_for_is_accepted_and_pinned_once() -> None:
    assert pins(pinned=KEY) == []
    assert pins(known=(RSA, KEY)) == [KEY]
    assert pins(answer=True) == [KEY]
    assert pins(fingerprint=KEY.fingerprint) == [KEY]


def test_named_fingerprint_counts_more_than_what_was_pinned_or_known() -> None:
    assert pins(known=(OTHER,), pinned=OTHER, fingerprint=KEY.fingerprint) == [KEY]
    with pytest.raises(NotAllowedError, match="not the host that --host-key names"):
        pins(known=(KEY,), pinned=KEY, fingerprint=OTHER.fingerprint, answer=True)


def test_known_hosts_counts_more_than_what_was_pinned() -> None:
    assert pins(known=(KEY,), pinned=OTHER) == [KEY]
    with pytest.raises(NotAllowedError, match="has changed"):
        pins(known=(OTHER,), pinned=KEY, answer=True)


@pytest.mark.parametrize("old", [OTHER, RSA])
def test_changed_key_is_never_asked_about(old: HostKey) -> None:
    with pytest.raises(NotAllowedError) as caught:
        pins(pinned=old, answer=True)
    assert caught.value.what == f"The key of {ADDRESS} has changed; nothing was sent to it"
    assert f"It was {old.kind} {old.fingerprint}" in caught.value.why
    assert f"it is ssh-ed25519 {KEY.fingerprint}" in caught.value.why
    assert "if it is right, run this again with --host-key" in caught.value.hint


def test_changed_key_of_known_hosts_tells_how_to_forget_the_old_one() -> None:
    with pytest.raises(NotAllowedError) as caught:
        pins(known=(OTHER,))
    assert "run 'ssh-keygen -R [203.0.113.7]:2222', then run this again" in caught.value.hint


def test_unknown_key_that_nobody_confirms_is_refused() -> None:
    with pytest.raises(NotAllowedError) as caught:
        check_identity(ADDRESS, KEY, (), NOBODY)
    assert caught.value.what == f"{ADDRESS} is not known yet"
    assert f"--host-key {KEY.fingerprint}" in caught.value.hint


def test_host_key_is_read_and_written_as_in_known_hosts() -> None:
    text = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
    assert str(HostKey.parse(text)) == text
    assert HostKey.parse(text).fingerprint == "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU"
