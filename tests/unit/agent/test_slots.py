"""Who may work beside whom."""

import threading
import time
from contextlib import AbstractContextManager

import pytest

from leadengine_agent.executor import slots
from leadengine_agent.executor.slots import BusyError, Slot
from leadengine_agent.protocol import Backup, Certify, Decommission, Heal, Order, Rollback, Task


def task(order: Order, name: str = "task-00001") -> Task:
    return Task(id=name, order=order)


BACKUP, CHANGE = task(Backup(client="acme")), task(Rollback(client="acme"), "task-00002")


def order_of(first: AbstractContextManager[None], then: AbstractContextManager[None]) -> list[str]:
    """What ends first, when `then` wants the slot while `first` holds it."""
    log: list[str] = []
    started = threading.Event()

    def work() -> None:
        with first:
            started.set()
            # Longer than a slot is asked for once.
            time.sleep(0.5)
            log.append("ended")

    thread = threading.Thread(target=work)
    thread.start()
    started.wait()
    with then:
        log.append("change")
    thread.join()
    return log


def test_a_change_waits_for_a_backup_of_the_same_client() -> None:
    background = Slot()
    ended = order_of(background.taken(BACKUP), background.avoided(CHANGE))
    assert ended == ["ended", "change"]


@pytest.mark.parametrize("order", [Heal(scheduled=True), Certify(scheduled=True)])
def test_a_change_waits_for_what_the_host_does_by_itself(order: Order) -> None:
    """Every half minute: whoever deploys at that moment must not be told to come again."""
    changes = Slot()
    assert order_of(changes.taken(task(order)), changes.taken(CHANGE)) == ["ended", "change"]


def test_a_change_of_another_client_and_a_certificate_do_not_wait() -> None:
    background = Slot()
    with background.taken(BACKUP):
        for order in (Rollback(client="other"), Certify(client="acme")):
            with background.avoided(task(order)):
                pass


def test_a_backup_is_not_begun_in_the_middle_of_a_change() -> None:
    changes = Slot()
    with changes.taken(CHANGE), pytest.raises(BusyError), changes.avoided(BACKUP):
        pass


def test_a_scheduled_order_does_not_wait_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    background = Slot()
    with background.taken(BACKUP):
        started = time.monotonic()
        with pytest.raises(BusyError), background.taken(task(Backup(scheduled=True), "task-00003")):
            pass
    assert time.monotonic() - started < 2
    monkeypatch.setattr(slots, "_PATIENCE", 0.3)
    later = task(Decommission(client="acme"), "task-00004")
    with background.taken(BACKUP), pytest.raises(BusyError), background.avoided(later):
        pass
