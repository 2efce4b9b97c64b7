"""Rotate the keys that seal secrets in the store."""

from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.operations.base import World
from leadengine_ctl.secrets import KeyRing


def rotate_keys(world: World) -> tuple[int, int]:
    """A new key on top, every secret sealed with it: how many keys and how many secrets there are.

    Killed in between, it is run again: a secret that no key seals does not exist at any moment.
    """
    keys = KeyRing(world.settings.keys).rotate()
    secrets = world.store.seals.renew()
    world.record("keys.rotate", "", detail=f"{secrets} secrets")
    return keys, secrets


def retire_keys(world: World) -> int:
    """Forget the former keys; how many they were.

    Raises:
        NotAllowedError: a secret still needs one of them.
    """
    ring = KeyRing(world.settings.keys)
    needed = world.store.seals.need_older_keys(ring.only_newest())
    if needed:
        raise NotAllowedError(
            f"{needed} secrets still need a former key",
            "They were sealed after the last rotation, by a machine that had not got the new file.",
            "Run 'lectl keys rotate' again, once every machine has the same key file.",
        )
    gone = ring.retire()
    world.record("keys.retire", "", detail=f"{gone} keys")
    return gone
