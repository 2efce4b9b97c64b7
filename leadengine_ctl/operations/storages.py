"""The places for recovery points that clients may be told to use."""

from dataclasses import dataclass

from pydantic import SecretStr

from leadengine_agent.protocol import Target, TargetCredentials
from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.fleet.records import StorageRecord
from leadengine_ctl.operations.base import World


@dataclass(frozen=True)
class Opener:
    """A pair of credentials as it is typed: a name, which may be empty, and its secret."""

    user: str
    secret: SecretStr | None

    def credentials(self) -> TargetCredentials | None:
        if self.secret is None or not self.secret.get_secret_value():
            return None
        return TargetCredentials(user=self.user, secret=self.secret)


def add_storage(world: World, target: Target, opener: Opener, pruning: Opener) -> None:
    """Register a storage, or replace what is known of it."""
    record = StorageRecord(
        target=target,
        credentials=opener.credentials(),
        pruning_credentials=pruning.credentials(),
    )
    world.store.storages.save(record)


def remove_storage(world: World, name: str) -> None:
    """Forget a storage that no client uses; what lies there stays there.

    Raises:
        NotFoundError: there is none of that name.
        NotAllowedError: clients use it.
    """
    world.store.storages.get(name)
    users = clients_of(world, name)
    if users:
        raise NotAllowedError(
            f"The storage {name} cannot be removed",
            f"These clients send their recovery points there: {', '.join(users)}.",
            "Tell them another place first: lectl config set backup.targets=NAMES CLIENT…",
        )
    world.store.storages.remove(name)


def clients_of(world: World, name: str) -> tuple[str, ...]:
    """The clients whose stacks send their points to a storage."""
    clients = world.store.clients.all()
    return tuple(each.slug for each in clients if each.spec.backup.target(name) is not None)
