"""Rollouts: many clients in waves, live, with a hand on the brake."""

from collections import Counter
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import Response, StreamingResponse

from leadengine_ctl.errors import LeadEngineError, UsageError
from leadengine_ctl.fleet.records import RolloutState, TargetRecord, TargetState
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.configuring import SPEC_KEYS
from leadengine_ctl.operations.rollouts import plans
from leadengine_ctl.operations.rollouts.request import RolloutRequest
from leadengine_ctl.panel import app, doing, live
from leadengine_ctl.panel.clients import settings
from leadengine_ctl.panel.door.visitor import Signed
from leadengine_ctl.panel.pages import go_to, page
from leadengine_ctl.panel.request import DeskOf, Form

router = APIRouter(include_in_schema=False)

_SHOWN = 30
_ROWS = 500
_GOING_ON = (RolloutState.RUNNING, RolloutState.PAUSED)


@router.get("/rollouts")
def rollouts(request: Request, desk: DeskOf, visitor: Signed) -> Response:
    """The last ones; of somebody with few clients only those that are about no others."""
    ledger = desk.world.store.rollouts
    shown = []
    for record in ledger.recent(_SHOWN):
        targets = ledger.targets(record.id)
        if visitor.scope is None or all(visitor.person.may_touch(t.client) for t in targets):
            shown.append((record, Counter(t.state.value for t in targets if t.wave)))
    return page(request, "rollouts/rollouts.html", shown=shown)


@router.get("/rollouts/new")
def new(
    request: Request,
    desk: DeskOf,
    visitor: Signed,
    kind: Literal["update", "config"] = "update",
) -> Response:
    """The form: for a release, or for a setting of many clients."""
    return _form(request, desk.world, {"kind": kind}, "")


@router.post("/rollouts/plan")
def plan(request: Request, desk: DeskOf, visitor: Signed, form: Form) -> Response:
    """Who would be brought where, in which wave, and who is left out and why."""
    world = desk.world_of(visitor)
    try:
        wanted = read_request(form)
        planned = plans.plan_rollout(world, wanted)
    except (LeadEngineError, ValidationError) as error:
        return _form(request, world, form, _words(error))
    return page(request, "rollouts/plan.html", wanted=wanted, plan=planned, form=form, rows=_ROWS)


@router.post("/rollouts")
def start(request: Request, desk: DeskOf, visitor: Signed, form: Form) -> Response:
    """Have it done."""
    world = desk.world_of(visitor)
    try:
        rollout = doing.start_rollout(world, read_request(form))
    except (LeadEngineError, ValidationError) as error:
        return _form(request, world, form, _words(error))
    return go_to(f"/rollouts/{rollout}")


@router.get("/rollouts/{rollout}")
def rollout(request: Request, desk: DeskOf, visitor: Signed, rollout: str) -> Response:
    """One of them: its waves, and each client."""
    ledger = desk.world.store.rollouts
    record, targets = ledger.get(rollout), ledger.targets(rollout)
    return page(
        request,
        "rollouts/rollout.html",
        record=record,
        waves=_waves(targets, record.waves),
        targets=_busy_first(targets)[:_ROWS],
        hidden=max(0, len(targets) - _ROWS),
        done=sum(each.state is TargetState.UPDATED for each in targets),
        total=sum(each.wave > 0 for each in targets),
        over=record.state not in _GOING_ON,
        waiting=desk.world.store.jobs.open_for(rollout),
    )


@router.get("/rollouts/{rollout}/live")
def watch(desk: DeskOf, visitor: Signed, rollout: str) -> StreamingResponse:
    """Tells when somebody got further."""
    ledger = desk.world.store.rollouts

    def state() -> tuple[object, bool]:
        record = ledger.get(rollout)
        states = tuple((each.state, each.hops) for each in ledger.targets(rollout))
        over = record.state not in _GOING_ON
        return (record.state, record.wave, record.runner, states), over

    return live.stream(state)


@router.post("/rollouts/{rollout}/{word}")
def tell(desk: DeskOf, visitor: Signed, rollout: str, word: str) -> Response:
    """Pause, resume or abort."""
    doing.tell_rollout(desk.world_of(visitor), rollout, word)
    return go_to(f"/rollouts/{rollout}")


def read_request(form: dict[str, str]) -> RolloutRequest:
    """What a form asks for.

    Raises:
        ValidationError: a value is refused.
        UsageError: there is no such setting.
    """
    given = {name: text.strip() for name, text in form.items() if text.strip()}
    values: dict[str, object] = {
        name: given[name]
        for name in (
            "release",
            "channel",
            "waves",
            "parallel",
            "soak",
            "bake",
            "max_failures",
            "window",
        )
        if name in given
    }
    for name in ("clients", "canary"):
        values[name] = tuple(given.get(name, "").replace(",", " ").split())
    values["retry"] = "retry" in given
    if given.get("kind") == "config":
        values |= {"kind": "config", "changes": _change(given)}
    return RolloutRequest.model_validate(values)


def _change(given: dict[str, str]) -> dict[str, str]:
    """The setting of a form; an empty value is one, too: the usual."""
    key = given.get("key", "")
    if key not in SPEC_KEYS:
        raise UsageError(
            f"'{key[:40]}' is not set for many clients at once here",
            f"There are: {', '.join(SPEC_KEYS)}.",
            "What rollouts are to do with a client stands on the page of that client.",
        )
    return {key: given.get("value", "")}


def _waves(targets: tuple[TargetRecord, ...], count: int) -> list[tuple[int, Counter[str]]]:
    found: list[tuple[int, Counter[str]]] = [(number, Counter()) for number in range(1, count + 1)]
    for each in targets:
        if each.wave:
            found[each.wave - 1][1][each.state.value] += 1
    return found


def _busy_first(targets: tuple[TargetRecord, ...]) -> list[TargetRecord]:
    """What needs a look first: failures, then what runs, then the rest in its order."""
    rank = {
        TargetState.FAILED: 0,
        TargetState.ROLLED_BACK: 0,
        TargetState.RUNNING: 1,
        TargetState.SOAKING: 1,
        TargetState.UNREACHABLE: 2,
        TargetState.POSTPONED: 2,
        TargetState.SKIPPED: 5,
    }
    return sorted(targets, key=lambda each: (rank.get(each.state, 3), each.number))


def _words(error: LeadEngineError | ValidationError) -> str:
    if isinstance(error, ValidationError):
        return app.sentence(error)
    return ". ".join(text.rstrip(".") for text in (error.what, error.why, error.hint) if text) + "."


def _form(request: Request, world: World, form: dict[str, str], problem: str) -> Response:
    return page(
        request,
        "rollouts/new.html",
        422 if problem else 200,
        form=form,
        problem=problem,
        groups=settings.GROUPS,
        keys=SPEC_KEYS,
        releases=[each.version for each in plans.read_offers(world) if not each.yanked],
    )
