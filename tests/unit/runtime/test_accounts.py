"""Passwords, tokens and the limits on guessing."""

import asyncio
import subprocess
import sys

import pytest

from leadengine.accounts.passwords import (
    AT_ONCE,
    WeakPasswordError,
    check_choice,
    hash_password,
    verify_password,
)
from leadengine.accounts.throttle import Attempt
from leadengine.accounts.tokens import form_token, form_token_matches, new_token, token_hash


def test_password_is_kept_as_argon2id_and_recognised() -> None:
    stored = asyncio.run(hash_password("correct horse battery"))
    assert stored.startswith("$argon2id$")
    assert asyncio.run(verify_password(stored, "correct horse battery"))
    assert not asyncio.run(verify_password(stored, "incorrect horse"))


@pytest.mark.parametrize("stored", [None, "", "not a hash"])
def test_account_without_a_password_lets_nobody_in(stored: str | None) -> None:
    assert not asyncio.run(verify_password(stored, "nobody"))


CROWD = """
import asyncio, resource
from leadengine.accounts.passwords import verify_password

async def crowd():
    await asyncio.gather(*(verify_password(None, "guess") for _ in range(12)))

asyncio.run(verify_password(None, "guess"))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
asyncio.run(crowd())
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_crowd_at_the_door_does_not_take_all_memory() -> None:
    """Each hash takes 64 MiB; a container of the api has 512. A process of its own has its own peak."""
    argv = (sys.executable, "-c", CROWD)
    done = subprocess.run(argv, check=True, capture_output=True, text=True, timeout=60)
    assert int(done.stdout) < AT_ONCE * 64 * 1024


@pytest.mark.parametrize(
    ("password", "repeated", "why"),
    [
        ("correct horse battery", "correct horse batter", "not the same"),
        ("short", "short", "12 to 200"),
        ("x" * 201, "x" * 201, "12 to 200"),
        ("aaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaa", "easy to guess"),
        ("ANNA@SHOP.TEST", "ANNA@SHOP.TEST", "easy to guess"),
    ],
)
def test_weak_choice_is_refused(password: str, repeated: str, why: str) -> None:
    with pytest.raises(WeakPasswordError, match=why):
        check_choice(password, repeated, "anna@shop.test")


def test_tokens_differ_and_only_their_hash_is_kept() -> None:
    first, second = new_token(), new_token()
    assert first != second
    assert first.encode() not in token_hash(first)


def test_form_of_another_browser_is_refused() -> None:
    token = form_token("secret", "anna's cookie")
    assert form_token_matches("secret", "anna's cookie", token)
    assert not form_token_matches("secret", "ben's cookie", token)
    assert not form_token_matches("other secret", "anna's cookie", token)
    assert not form_token_matches("secret", "", form_token("secret", ""))
    assert not form_token_matches("secret", "anna's cookie", "gefälscht")


def test_counters_hold_neither_address() -> None:
    keys = " ".join(key for key, _ in Attempt("Anna@Shop.test", "192.0.2.7").limits())
    assert "anna" not in keys.lower()
    assert "192.0.2.7" not in keys


def test_letters_of_any_case_count_for_the_same_account() -> None:
    upper, lower = Attempt("ANNA@SHOP.TEST", "a"), Attempt("anna@shop.test", "b")
    assert upper.limits()[0] == lower.limits()[0]
