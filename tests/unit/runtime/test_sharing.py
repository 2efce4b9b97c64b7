"""The door of a shared stack: what is the stack's own, and how much one client may ask."""

from uuid import UUID

from leadengine.serving.own_paths import OWN_PATHS
from leadengine.serving.sharing import Bucket
from leadengine.settings import Settings
from leadengine.tenants.hosting import Client, may_name
from tests.lab.runtime.test_walk import routes

SHARED = {
    "database_url": "postgresql://nobody@127.0.0.1:1/none",
    "redis_url": "redis://127.0.0.1:1",
    "session_secret": "s" * 32,
    "client_id": "0" * 24,
    "client_name": "cloud",
    "client_domain": "le.test",
    "kind": "hosted",
}


def test_no_client_can_be_called_like_one_of_our_paths() -> None:
    """N = every route: a new one has to be named in `OWN_PATHS`."""
    first = {path.removeprefix("/").partition("/")[0] for _, path in routes()} - {""}
    assert first - OWN_PATHS == set()


def test_what_can_be_a_name_is_looked_up_and_nothing_else() -> None:
    for word in ("acme", "blue-door", "a1", "0123456789abcdef01234567"):
        assert may_name(word), word
    for word in ("", "Acme", "acme.test", "-acme", "a" * 31, "..", "wp-login.php", "0123"):
        assert not may_name(word), word


def test_a_bucket_gives_its_burst_at_once_and_then_so_many_a_second() -> None:
    bucket = Bucket(per_second=10, burst=40)
    assert [bucket.take(100.0) for _ in range(41)] == [True] * 40 + [False]
    assert bucket.take(100.15)
    assert not bucket.take(100.15)
    assert sum(bucket.take(200.0) for _ in range(100)) == 40


def test_a_clients_settings_are_the_stacks_with_its_own_name_and_keys() -> None:
    shared = Settings.model_validate(SHARED)
    acme = Client(UUID(int=1), "a" * 24, "acme", "acme", suspended=False)
    its = acme.settings(shared)
    assert (its.origin, its.loader_origin) == ("https://app.le.test/acme", "https://cdn.le.test")
    assert its.script_origin == f"https://cdn.le.test/{'a' * 24}"
    assert its.keys == f"le:t:{'a' * 24}:"
    assert (shared.origin, shared.keys, shared.path) == ("https://app.le.test", "le:", "")
    alone = Settings.model_validate({**SHARED, "kind": "dedicated"})
    assert {alone.origin, alone.loader_origin, alone.script_origin} == {"https://le.test"}
