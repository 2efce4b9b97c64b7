"""A provider of DNS from whose zones the lab's name service has its texts."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab.cloud.hall import Hall
from tests.lab.cloud.hetzner import HetznerApi
from tests.lab.cloud.machines import NoMachines
from tests.lab.cloud.web import Answer, Request, serve
from tests.lab.names import Names
from tests.lab.operator import Operator


class TextsOf(HetznerApi):
    """What it says of one name is what the world sees there.

    Attributes:
        said: every value that was ever there, the newest last.
    """

    def __init__(self, names: Names, name: str) -> None:
        super().__init__(Hall(NoMachines()))
        self._names, self._name = names, name
        self.said: list[str] = []

    @property
    def now(self) -> list[str]:
        """What stands there now."""
        return [each.strip('"') for each in self.zones.records(self._name, "TXT")]

    def answer(self, request: Request) -> Answer:
        answered = super().answer(request)
        if request.method != "GET" and "/rrsets" in request.path:
            self.said += [each for each in self.now if each not in self.said]
            self._names.text(self._name, *self.now)
        return answered


def with_provider(operator: Operator, endpoint: str, resolver: str) -> Operator:
    """An operator who has a token for such a provider, and sees the world by the lab's name service."""
    return operator.with_settings(
        LECTL_HETZNER_TOKEN="good", LECTL_HETZNER_ENDPOINT=endpoint, LECTL_RESOLVERS=resolver
    )


@contextmanager
def texts_of(names: Names, zone: str, name: str) -> Iterator[tuple[TextsOf, str]]:
    """Serve it; gives its base URL too."""
    api = TextsOf(names, name)
    api.zones.add(zone)
    with serve(api) as base:
        yield api, f"{base}/v1"
