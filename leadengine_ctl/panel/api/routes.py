"""The API: everything the pages show and do, for programs."""

from fastapi import APIRouter

from leadengine_ctl.panel.api import (
    alerts,
    approvals,
    billing,
    clients,
    description,
    operations,
    people,
    recovery,
    reports,
    rollouts,
    views,
)
from leadengine_ctl.panel.api.models import Problem

_REFUSALS = {
    401: "Nobody is signed in",
    403: "The role does not reach",
    404: "There is no such thing, or it is not to be seen",
    409: "The state of the world forbids it",
    413: "Too large",
    422: "A value is refused",
    429: "Too fast",
}

router = APIRouter(
    prefix="/api/v1",
    responses={code: {"model": Problem, "description": words} for code, words in _REFUSALS.items()},
)
for part in (
    description,
    people,
    clients,
    billing,
    recovery,
    reports,
    views,
    operations,
    rollouts,
    alerts,
    approvals,
):
    router.include_router(part.router)
