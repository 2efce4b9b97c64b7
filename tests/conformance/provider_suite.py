"""What every provider of servers must do, whoever it is.

A kind passes by subclassing `ProviderSuite` with the fixture `provider`, and `SIZES` with two sizes.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from leadengine_ctl.apis.patience import Patience
from leadengine_ctl.apis.refusals import ApiError
from leadengine_ctl.providers.base import (
    CLIENT,
    FLEET,
    OPERATION,
    NotOfferedError,
    Provider,
    Server,
    ServerOrder,
    ServerState,
)
from leadengine_ctl.providers.finding import create_once

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f me@desk"
QUICK = Patience(seconds=1.0)


def an_order(
    operation: str = "20260101-000000-aaaaaa", size: str = "m2", region: str = "here"
) -> ServerOrder:
    return ServerOrder(
        name=f"host-{operation[-6:]}",
        size=size,
        region=region,
        public_key=KEY,
        user_data="#cloud-config\n{}\n",
        tags={FLEET: "f1", OPERATION: operation, CLIENT: "acme"},
    )


def until(question: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.02)


class ProviderSuite:
    """Needs the fixture `provider`."""

    SIZES = ("m2", "m4")
    REGION = "here"

    def order(self, operation: str = "20260101-000000-aaaaaa") -> ServerOrder:
        return an_order(operation, size=self.SIZES[0], region=self.REGION)

    @pytest.fixture
    def server(self, provider: Provider) -> Iterator[Server]:
        """One that runs."""
        made = create_once(provider, self.order(), QUICK)
        yield self.wait(provider, made.id, ServerState.RUNNING)
        with suppress(ApiError):
            provider.delete(made.id)

    @staticmethod
    def wait(provider: Provider, server: str, state: ServerState) -> Server:
        def is_so() -> bool:
            found = provider.find(server)
            return found is not None and found.state is state and bool(found.address or found.size)

        until(is_so)
        found = provider.find(server)
        assert found is not None
        return found

    def test_sizes_say_what_they_are_and_cost_where(self, provider: Provider) -> None:
        sizes = {each.name: each for each in provider.sizes()}
        chosen = sizes[self.SIZES[0]]
        assert chosen.is_enough
        assert self.REGION in chosen.regions
        monthly = chosen.prices[self.REGION]
        assert monthly is not None
        assert 1 < monthly < 500
        assert chosen.price(self.REGION).endswith(f"{chosen.currency} a month")
        assert self.REGION in {each.name for each in provider.regions()}

    def test_what_is_made_is_found_by_its_id_and_by_each_tag(
        self, provider: Provider, server: Server
    ) -> None:
        tags = self.order().tags
        assert {name: server.tags[name] for name in tags} == tags
        for name, value in tags.items():
            assert [each.id for each in provider.servers(name, value)] == [server.id]
        assert provider.servers(FLEET, "another") == ()
        assert (server.name, server.size) == ("host-aaaaaa", self.SIZES[0])
        assert server.region == self.REGION
        assert server.address

    def test_one_operation_makes_one_server(self, provider: Provider, server: Server) -> None:
        again = create_once(provider, self.order(), QUICK)
        assert again.id == server.id
        assert len(provider.servers(FLEET, "f1")) == 1

    def test_two_operations_make_two(self, provider: Provider, server: Server) -> None:
        other = create_once(provider, self.order("20260101-000000-bbbbbb"), QUICK)
        assert other.id != server.id
        assert len(provider.servers(FLEET, "f1")) == 2
        provider.delete(other.id)
        until(lambda: len(provider.servers(FLEET, "f1")) == 1)

    def test_off_resized_and_on_again(self, provider: Provider, server: Server) -> None:
        bigger = self.SIZES[1]
        for _ in range(2):
            provider.power(server.id, on=False)
            self.wait(provider, server.id, ServerState.OFF)
        for _ in range(2):
            provider.resize(server.id, bigger)
            until(lambda: self.size_of(provider, server) == bigger)
        for _ in range(2):
            provider.power(server.id, on=True)
            self.wait(provider, server.id, ServerState.RUNNING)

    @staticmethod
    def size_of(provider: Provider, server: Server) -> str:
        found = provider.find(server.id)
        return found.size if found and found.state is not ServerState.CHANGING else ""

    def test_a_picture_of_a_name_is_taken_once(self, provider: Provider, server: Server) -> None:
        provider.snapshot(server.id, "before")
        self.wait(provider, server.id, ServerState.RUNNING)
        provider.snapshot(server.id, "before")
        pictures = provider.snapshots(server.id)
        assert [each.name for each in pictures] == ["before"]
        for _ in range(2):
            provider.delete_snapshot(pictures[0].id)
        assert provider.snapshots(server.id) == ()

    def test_rebuilt_or_said_that_it_cannot_be(self, provider: Provider, server: Server) -> None:
        try:
            provider.rebuild(server.id, "#cloud-config\n{}\n")
        except NotOfferedError as error:
            assert error.hint  # noqa: PT017
            return
        self.wait(provider, server.id, ServerState.RUNNING)

    def test_an_address_of_its_own_is_given_once_and_given_back(
        self, provider: Provider, server: Server
    ) -> None:
        address = provider.add_address(server.id)
        assert provider.add_address(server.id) == address
        for _ in range(2):
            provider.drop_address(address)
        provider.drop_address(provider.add_address(server.id))

    def test_a_reserved_address_moves_from_server_to_server_and_is_given_back(
        self, provider: Provider, server: Server
    ) -> None:
        reserved = provider.reserve_address(server.id)
        assert reserved.server == server.id
        assert reserved.address != server.address
        assert provider.reserve_address(server.id).address == reserved.address
        other = create_once(provider, self.order("20260101-000000-bbbbbb"), QUICK)
        self.wait(provider, other.id, ServerState.RUNNING)
        for _ in range(2):
            moved = provider.move_address(reserved.address, other.id)
            assert (moved.address, moved.server) == (reserved.address, other.id)
        assert self.leads(provider, reserved.address) == [other.id]
        # The one before can have another one.
        second = provider.reserve_address(server.id)
        assert second.address != reserved.address
        assert provider.reserve_address(other.id).address == reserved.address
        for _ in range(2):
            provider.drop_address(reserved.address)
        provider.drop_address(second.address)
        assert self.leads(provider, reserved.address) == []
        with pytest.raises(ApiError, match="no address"):
            provider.move_address(reserved.address, server.id)
        provider.delete(other.id)

    @staticmethod
    def leads(provider: Provider, address: str) -> list[str]:
        return [each.server for each in provider.addresses("f1") if each.address == address]

    def test_what_is_kept_outlives_its_server_and_is_found_again(
        self, provider: Provider, server: Server
    ) -> None:
        picture = provider.snapshot(server.id, "before")
        self.wait(provider, server.id, ServerState.RUNNING)
        address = provider.reserve_address(server.id).address
        provider.delete(server.id)
        until(lambda: provider.find(server.id) is None)
        found = [each for each in provider.all_snapshots("f1") if each.server == server.id]
        assert [each.name for each in found] == ["before"]
        assert picture.id in {found[0].id, ""}
        assert provider.all_snapshots("another") == ()
        assert self.leads(provider, address) == [""]
        provider.drop_address(address)
        provider.delete_snapshot(found[0].id)
        assert provider.all_snapshots("f1") == ()
        assert self.leads(provider, address) == []

    def test_what_is_kept_has_its_price(self, provider: Provider) -> None:
        price = provider.keeping(self.REGION)
        assert price.currency in {"EUR", "USD"}
        assert price.idle_address is not None
        assert price.snapshot_gb is not None
        assert 0 < price.snapshot_gb < price.idle_address < 50

    def test_deleted_is_gone_and_deleting_again_is_fine(
        self, provider: Provider, server: Server
    ) -> None:
        for _ in range(2):
            provider.delete(server.id)
        until(lambda: provider.find(server.id) is None)
        assert provider.servers(FLEET, "f1") == ()
        provider.remove_leftovers("f1")

    def test_what_never_was_is_none(self, provider: Provider) -> None:
        assert provider.find(self.unknown_id()) is None

    @staticmethod
    def unknown_id() -> str:
        return "4000000"
