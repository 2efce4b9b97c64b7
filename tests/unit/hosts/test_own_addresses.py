"""A host is told to answer to an address: written once, undone by the words it was written with."""

from leadengine_ctl.hosts.base import Completed, HostAddress
from leadengine_ctl.hosts.own_addresses import _text, hold
from tests.unit.hosts.scripted import Scripted

HOST = HostAddress.parse("ssh://root@203.0.113.7")


def with_unit(text: str, *, active: bool = True) -> Scripted:
    """A host on which this unit stands."""

    def answer(argv: tuple[str, ...]) -> Completed | None:
        if argv[0] == "cat":
            return Completed(0, text.encode(), b"") if text else Completed(1, b"", b"no such file")
        if "is-active" in argv:
            return Completed(0 if active else 3, b"", b"")
        return None

    return Scripted(answer)


def names(runner: Scripted) -> list[str]:
    return [" ".join(argv[:2]) for argv in runner.asked]


def test_an_address_that_is_held_is_left_alone() -> None:
    runner = with_unit(_text(("198.51.100.9",)))
    assert hold(runner, HOST, ("198.51.100.9",)) is False
    assert names(runner) == ["cat /etc/systemd/system/leadengine-addresses.service",
                             "systemctl is-active"]  # fmt: skip
    assert hold(with_unit(""), HOST, ()) is False


def test_another_one_takes_its_place_and_none_leaves_nothing() -> None:
    runner = with_unit(_text(("198.51.100.9",)))
    assert hold(runner, HOST, ("198.51.100.10",)) is True
    done = names(runner)
    assert (
        done.index("systemctl disable") < done.index("install -m") < done.index("systemctl enable")
    )
    runner = with_unit(_text(("198.51.100.9",)))
    assert hold(runner, HOST, ()) is True
    assert names(runner)[-3:] == ["systemctl disable", "rm -f", "systemctl daemon-reload"]


def test_what_a_kill_left_is_finished() -> None:
    runner = with_unit(_text(("198.51.100.9",)), active=False)
    assert hold(runner, HOST, ("198.51.100.9",)) is True
    assert names(runner)[-1] == "systemctl enable"
