"""What every host must do, whatever carries the tasks to it.

A kind of host passes by subclassing `AgentSuite` with three fixtures: see `test_memory_host.py`.
"""

import pytest

from leadengine_agent.protocol import (
    Activate,
    ActivateResult,
    Certify,
    CertifyResult,
    CreateTenant,
    Credentials,
    CredentialsResult,
    Decommission,
    Event,
    FailureCode,
    Fence,
    FenceResult,
    HostState,
    Inspect,
    InstallRelease,
    Logs,
    LogsResult,
    Order,
    Outcome,
    Rollback,
    StackSpec,
    StepState,
    Task,
)
from leadengine_ctl.hosts.base import Transport
from tests.conformance.asking import Asking, new_id
from tests.conformance.orders_of_nobody import OF_NOBODY


class AgentSuite(Asking):
    """Needs the fixtures `host` (entered, its agent running), `install` and `spec`."""

    @pytest.fixture
    def activate(self, host: Transport, install: InstallRelease, spec: StackSpec) -> Activate:
        """An order that works, because its release is on the host."""
        self.succeed(host, install)
        self.succeed(host, Decommission(client=spec.client))
        return Activate(spec=spec, release=install.version)

    def test_each_verb_answers_one_outcome_and_it_is_the_last(
        self, host: Transport, install: InstallRelease, activate: Activate
    ) -> None:
        client = activate.spec.client
        orders: tuple[Order, ...] = (
            install,
            activate,
            Certify(client=client),
            Inspect(),
            Logs(client=client),
            Credentials(client=client),
            Decommission(client=client),
        )
        for order in orders:
            answers = self.answers(host, order)
            outcomes = [each for each in answers if isinstance(each, Outcome)]
            assert outcomes == answers[-1:], order.verb
            assert outcomes[0].failure is None, order.verb

    def test_each_step_starts_once_and_ends_before_the_next_starts(
        self, host: Transport, activate: Activate
    ) -> None:
        task = new_id()
        events = [each for each in self.answers(host, activate, task) if isinstance(each, Event)]
        assert {event.task for event in events} == {task}
        for started, ended in zip(events[::2], events[1::2], strict=True):
            assert started.state is StepState.STARTED
            assert ended.state in (StepState.DONE, StepState.UNCHANGED)
            assert started.step == ended.step
        names = [event.step for event in events[::2]]
        assert len(set(names)) == len(names) > 0

    def test_a_finished_task_answers_its_outcome_again_and_does_nothing(
        self, host: Transport, activate: Activate
    ) -> None:
        task = new_id()
        first = self.succeed(host, activate, task)
        assert self.answers(host, activate, task) == [first]

    def test_a_finished_task_is_not_run_again_even_after_its_work_was_undone(
        self, host: Transport, activate: Activate
    ) -> None:
        task = new_id()
        self.succeed(host, activate, task)
        self.succeed(host, Decommission(client=activate.spec.client))
        self.succeed(host, activate, task)
        state = HostState.model_validate(self.succeed(host, Inspect()).result)
        assert activate.spec.client not in {stack.client for stack in state.stacks}

    def test_an_id_never_answers_for_another_order(
        self, host: Transport, activate: Activate
    ) -> None:
        task = new_id()
        self.succeed(host, activate, task)
        failure = self.outcome(host, Decommission(client=activate.spec.client), task).failure
        assert failure is not None
        assert failure.code is FailureCode.INVALID

    def test_reads_leave_no_trace_under_their_id(self, host: Transport, activate: Activate) -> None:
        task = new_id()
        self.succeed(host, Inspect(), task)
        result = ActivateResult.model_validate(self.succeed(host, activate, task).result)
        assert result.changed

    @pytest.mark.parametrize(
        "order",
        OF_NOBODY,
        ids=lambda order: str(order.verb),
    )
    def test_an_unknown_client_is_not_found(self, host: Transport, order: Order) -> None:
        failure = self.outcome(host, order).failure
        assert failure is not None
        assert failure.code is FailureCode.NOT_FOUND
        assert failure.what
        assert failure.hint

    def test_a_stack_of_one_client_hosts_no_others(
        self, host: Transport, activate: Activate
    ) -> None:
        self.succeed(host, activate)
        order = CreateTenant(
            client=activate.spec.client, tenant="bolt", domain="bolt.test", email="a@bolt.test"
        )
        failure = self.outcome(host, order).failure
        assert failure is not None
        assert failure.code is FailureCode.REFUSED
        assert "lectl cloud create" in failure.hint

    def test_a_release_that_was_never_sent_is_not_found(
        self, host: Transport, activate: Activate
    ) -> None:
        order = activate.model_copy(update={"release": "99.0.0"})
        failure = self.outcome(host, order).failure
        assert failure is not None
        assert failure.code is FailureCode.NOT_FOUND

    def test_a_second_activation_of_the_same_changes_nothing(
        self, host: Transport, activate: Activate
    ) -> None:
        first = ActivateResult.model_validate(self.succeed(host, activate).result)
        answers = self.answers(host, activate)
        states = {each.state for each in answers if isinstance(each, Event)}
        assert states <= {StepState.STARTED, StepState.UNCHANGED}
        assert isinstance(answers[-1], Outcome)
        second = ActivateResult.model_validate(answers[-1].result)
        assert (first.changed, second.changed) == (True, False)
        assert second.generation == first.generation
        assert second.mail == "unchanged"

    def test_a_changed_spec_makes_the_next_generation(
        self, host: Transport, activate: Activate
    ) -> None:
        first = ActivateResult.model_validate(self.succeed(host, activate).result)
        second = ActivateResult.model_validate(self.succeed(host, _repainted(activate)).result)
        assert second.changed
        assert second.generation == first.generation + 1

    def test_a_rollback_brings_the_earlier_generation_back_as_a_new_one(
        self, host: Transport, activate: Activate
    ) -> None:
        first = ActivateResult.model_validate(self.succeed(host, activate).result)
        changed = _repainted(activate)
        second = ActivateResult.model_validate(self.succeed(host, changed).result)
        back = Rollback(client=activate.spec.client)
        third = ActivateResult.model_validate(self.succeed(host, back).result)
        assert (third.changed, third.generation) == (True, second.generation + 1)
        assert (first.spec, second.spec) == (activate.spec, changed.spec)
        assert third.spec == activate.spec
        told = self.succeed(host, Inspect(client=activate.spec.client)).result
        (stack,) = HostState.model_validate(told).stacks
        assert [each.number for each in stack.earlier] == [second.generation, first.generation]
        assert {each.release for each in stack.earlier} == {activate.release}
        assert [each.differs for each in stack.earlier] == [("brand",), ()]
        named = Rollback(client=activate.spec.client, to=second.generation)
        fourth = ActivateResult.model_validate(self.succeed(host, named).result)
        assert fourth.spec == changed.spec

    @pytest.mark.parametrize("generation", [None, 99])
    def test_a_generation_that_is_not_kept_is_not_found(
        self, host: Transport, activate: Activate, generation: int | None
    ) -> None:
        self.succeed(host, activate)
        order = Rollback(client=activate.spec.client, to=generation)
        failure = self.outcome(host, order).failure
        assert failure is not None
        assert failure.code is FailureCode.NOT_FOUND

    def test_inspect_tells_what_was_activated(self, host: Transport, activate: Activate) -> None:
        self.succeed(host, activate)
        result = self.succeed(host, Inspect(client=activate.spec.client)).result
        (stack,) = HostState.model_validate(result).stacks
        spec = activate.spec
        assert (stack.client, stack.domain) == (spec.client, spec.domain)
        assert (stack.client_id, stack.release) == (spec.client_id, activate.release)
        assert stack.healthy

    def test_logs_are_limited(self, host: Transport, activate: Activate) -> None:
        self.succeed(host, activate)
        order = Logs(client=activate.spec.client, service="nginx", lines=1)
        assert len(LogsResult.model_validate(self.succeed(host, order).result).lines) <= 1

    def test_certify_advises_on_each_stack(self, host: Transport, activate: Activate) -> None:
        self.succeed(host, activate)
        client = activate.spec.client
        for order in (Certify(client=client), Certify()):
            result = CertifyResult.model_validate(self.succeed(host, order).result)
            assert client in result.advice

    def test_the_password_is_kept_until_forgotten_and_never_made_again(
        self, host: Transport, activate: Activate
    ) -> None:
        self.succeed(host, activate)
        first, again = self._credentials(host, activate), self._credentials(host, activate)
        assert first.password is not None
        assert first == again
        assert first.email == activate.spec.email
        for _ in range(2):
            self.succeed(host, Credentials(client=activate.spec.client, forget=True))
        self.succeed(host, activate)
        assert self._credentials(host, activate).password is None

    def test_decommission_removes_the_stack_and_can_be_repeated(
        self, host: Transport, activate: Activate
    ) -> None:
        self.succeed(host, activate)
        for _ in range(2):
            self.succeed(host, Decommission(client=activate.spec.client))
        state = HostState.model_validate(self.succeed(host, Inspect()).result)
        assert activate.spec.client not in {stack.client for stack in state.stacks}

    def test_an_order_decided_before_another_s_change_is_refused(
        self, host: Transport, activate: Activate
    ) -> None:
        client = activate.spec.client
        seen = FenceResult.model_validate(self.succeed(host, Fence(client=client)).result).fence

        def order(operation: str) -> Task:
            return Task(id=f"{operation}-activate", operation=operation, seen=seen, order=activate)

        first, second = f"{new_id()}-one", f"{new_id()}-two"
        answers = [list(host.submit(order(each)))[-1] for each in (first, second)]
        failures = [each.failure for each in answers if isinstance(each, Outcome)]
        assert failures[0] is None
        assert failures[1] is not None
        assert failures[1].code is FailureCode.SUPERSEDED

    def _credentials(self, host: Transport, activate: Activate) -> CredentialsResult:
        result = self.succeed(host, Credentials(client=activate.spec.client)).result
        return CredentialsResult.model_validate(result)


def _repainted(order: Activate) -> Activate:
    """The same order with another colour."""
    brand = order.spec.brand.model_copy(update={"primary": "#123456"})
    return order.model_copy(update={"spec": order.spec.model_copy(update={"brand": brand})})
