"""How the suites of hosts ask: an order, and what is answered."""

import itertools

from leadengine_agent.protocol import Event, Failure, Order, Outcome, Task
from leadengine_ctl.hosts.base import Transport

_numbers = itertools.count(1)


def new_id() -> str:
    return f"conformance-{next(_numbers):06d}"


class Asking:
    """What a suite is made of."""

    @staticmethod
    def answers(host: Transport, order: Order, task: str = "") -> list[Event | Outcome]:
        return list(host.submit(Task(id=task or new_id(), order=order)))

    def outcome(self, host: Transport, order: Order, task: str = "") -> Outcome:
        last = self.answers(host, order, task)[-1]
        assert isinstance(last, Outcome)
        return last

    def succeed(self, host: Transport, order: Order, task: str = "") -> Outcome:
        outcome = self.outcome(host, order, task)
        assert outcome.failure is None
        return outcome

    def refused(self, host: Transport, order: Order) -> Failure:
        failure = self.outcome(host, order).failure
        assert failure is not None
        assert failure.what
        assert failure.hint
        return failure
