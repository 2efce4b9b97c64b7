"""Passwords, tokens and the limits on guessing."""

import asyncio
import subprocess
import sys
from uuid import uuid4

import pytest

from leadengine.accounts.passwords import (
    AT_ONCE,
    WeakPasswordError,
    check_choice,
    hash_password,
    verify_password,
)
from leadengine.accounts.roles import may
from leadengine.accounts.second_factor import passed, pending
from leadengine.accounts.throttle import SLOWEST_SECONDS, Attempt, slowed
from leadengine.accounts.tokens import form_token, form_token_matches, new_token, token_hash
from leadengine.accounts.totp import code_at, matching_step


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


@pytest.mark.long
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
    upper, lower = Attempt("ANNA@SHOP.TEST", "a"), Attempt("anna@shop.test", "a")
    assert upper.limits() == lower.limits()
    assert upper.account == lower.account


def test_guesses_from_elsewhere_lock_nobody_out_but_slow_everybody_down() -> None:
    here, elsewhere = Attempt("anna@shop.test", "a"), Attempt("anna@shop.test", "b")
    assert here.limits()[0] != elsewhere.limits()[0]
    assert [slowed(number) for number in (1, 10)] == [0, 0]
    delays = [slowed(number) for number in range(11, 60)]
    assert delays == sorted(delays)
    assert 0 < delays[0] < 1
    assert delays[-1] == slowed(10**6) == SLOWEST_SECONDS


def test_codes_are_those_of_rfc_6238() -> None:
    secret = b"12345678901234567890"
    assert code_at(secret, 59 // 30) == "287082"
    assert code_at(secret, 1234567890 // 30) == "005924"


def test_code_works_once_and_drifts_by_half_a_minute() -> None:
    secret, now = b"12345678901234567890", 1_000_000.0
    step = int(now // 30)
    assert matching_step(secret, code_at(secret, step), 0, now) == step
    assert matching_step(secret, code_at(secret, step), step, now) is None
    assert matching_step(secret, f" {code_at(secret, step - 1)[:3]} ", 0, now) is None
    assert matching_step(secret, code_at(secret, step - 1), 0, now) == step - 1
    assert matching_step(secret, code_at(secret, step - 2), 0, now) is None


def test_first_step_is_proven_for_five_minutes() -> None:
    user = uuid4()
    proof = pending("secret", user, now=1000)
    assert passed("secret", proof, now=1200) == user
    assert passed("secret", proof, now=1301) is None
    assert passed("other", proof, now=1200) is None
    assert passed("secret", proof.replace(str(user), str(uuid4())), now=1200) is None
    for odd in ("", "a.b.c", f"{user}.x.y", f"{user}.9999999999.gef\u00e4lscht"):
        assert passed("secret", odd, now=1200) is None


def test_what_is_not_in_the_table_is_for_administrators() -> None:
    assert [may(role, "POST", "/made/tomorrow") for role in ("admin", "member", "viewer")] == [
        True,
        False,
        False,
    ]
    assert may("viewer", "GET", "/leads")
    assert may("viewer", "HEAD", "/leads")
    assert not may("viewer", "POST", "/knowledge")
    assert not may("", "GET", "/leads")
