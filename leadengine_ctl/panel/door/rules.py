"""The one table of who may do what. A route that has no row here is refused, and fails the build."""

from dataclasses import dataclass
from enum import StrEnum

from leadengine_ctl.fleet.panel_records import Role


class About(StrEnum):
    """What a route is about; a person whose clients are limited gets there only with one of theirs."""

    NOTHING = ""
    CLIENT = "client"
    OPERATION = "operation"
    ROLLOUT = "rollout"
    HOST = "host"
    ALL = "all"


@dataclass(frozen=True)
class Rule:
    """Who may use a route.

    Attributes:
        role: the least role; None: everybody, signed in or not.
        about: ALL is for those who may see all clients; NOTHING shows each person only what is theirs.
        half: True: also for somebody whose password was right and whose code is still to come.
        machine: True: the route asks a machine for its own proof; people have no business there.
    """

    role: Role | None
    about: About = About.NOTHING
    half: bool = False
    machine: bool = False


PUBLIC = Rule(None)
HALF = Rule(Role.VIEWER, half=True)
MACHINE = Rule(None, machine=True)
SEE = Rule(Role.VIEWER)
SEE_CLIENT = Rule(Role.VIEWER, About.CLIENT)
SEE_HOST = Rule(Role.VIEWER, About.HOST)
SEE_OPERATION = Rule(Role.VIEWER, About.OPERATION)
SEE_ROLLOUT = Rule(Role.VIEWER, About.ROLLOUT)
ACT_ON_CLIENT = Rule(Role.OPERATOR, About.CLIENT)
ACT_ON_OPERATION = Rule(Role.OPERATOR, About.OPERATION)
ACT_ON_ROLLOUT = Rule(Role.OPERATOR, About.ROLLOUT)
SEE_ALL = Rule(Role.VIEWER, About.ALL)
ACT_ON_ALL = Rule(Role.OPERATOR, About.ALL)
REMOVE = Rule(Role.ADMIN, About.CLIENT)
MANAGE = Rule(Role.ADMIN, About.ALL)
OWN = Rule(Role.OWNER, About.ALL)

RULES: dict[str, Rule] = {
    # The door itself.
    "GET /static": PUBLIC,
    "GET /healthz": PUBLIC,
    "GET /sign-in": PUBLIC,
    "POST /sign-in": PUBLIC,
    "GET /welcome": PUBLIC,
    "POST /welcome": PUBLIC,
    "GET /sign-in/code": HALF,
    "POST /sign-in/code": HALF,
    "GET /sign-in/set-up": HALF,
    "POST /sign-in/set-up": HALF,
    "POST /sign-out": HALF,
    # Signing up: for strangers, and nothing is there unless the settings say so.
    "GET /start": PUBLIC,
    "POST /start": PUBLIC,
    "GET /start/go": PUBLIC,
    "POST /start/go": PUBLIC,
    "GET /start/mine": PUBLIC,
    "POST /start/mine/company": PUBLIC,
    "POST /start/mine/payment": PUBLIC,
    "POST /start/mine/password": PUBLIC,
    "GET /signups": MANAGE,
    "POST /signups/{signup}/{answer}": MANAGE,
    # One's own account.
    "GET /account": SEE,
    "POST /account/password": SEE,
    "POST /account/sessions": SEE,
    "POST /account/tokens": SEE,
    "POST /account/tokens/{token}/revoke": SEE,
    # The fleet.
    "GET /": SEE,
    "POST /views": SEE,
    "POST /views/{view}/remove": SEE,
    "GET /clients/{client}": SEE_CLIENT,
    "GET /clients/{client}/services": SEE_CLIENT,
    "GET /clients/{client}/dns": SEE_CLIENT,
    "GET /clients/{client}/generations": ACT_ON_CLIENT,
    "GET /clients/{client}/logs": ACT_ON_CLIENT,
    "POST /clients/{client}/update": ACT_ON_CLIENT,
    "POST /clients/{client}/rollback": ACT_ON_CLIENT,
    "POST /clients/{client}/settings": ACT_ON_CLIENT,
    "POST /clients/{client}/destroy": REMOVE,
    "GET /clients/{client}/points": ACT_ON_CLIENT,
    "POST /clients/{client}/backup": ACT_ON_CLIENT,
    "POST /clients/{client}/verify": ACT_ON_CLIENT,
    "POST /clients/{client}/restore/plan": ACT_ON_CLIENT,
    "POST /clients/{client}/restore": ACT_ON_CLIENT,
    "POST /clients/{client}/billing/portal": ACT_ON_CLIENT,
    "GET /hosts": SEE,
    "GET /hosts/{host}": SEE_HOST,
    # What is done.
    "GET /deploy": ACT_ON_ALL,
    "POST /deploy/plan": ACT_ON_ALL,
    "POST /deploy": ACT_ON_ALL,
    "GET /operations": SEE,
    "GET /operations/{operation}": SEE_OPERATION,
    "GET /operations/{operation}/live": SEE_OPERATION,
    "POST /operations/{operation}/resume": ACT_ON_OPERATION,
    "POST /operations/{operation}/credentials": ACT_ON_OPERATION,
    "GET /rollouts": SEE,
    "GET /rollouts/new": ACT_ON_ALL,
    "POST /rollouts/plan": ACT_ON_ALL,
    "POST /rollouts": ACT_ON_ALL,
    "GET /rollouts/{rollout}": SEE_ROLLOUT,
    "GET /rollouts/{rollout}/live": SEE_ROLLOUT,
    "POST /rollouts/{rollout}/{word}": ACT_ON_ROLLOUT,
    "GET /backups/new": ACT_ON_ALL,
    "POST /backups": ACT_ON_ALL,
    "GET /alerts": SEE,
    "POST /alerts/mutes": ACT_ON_ALL,
    "POST /alerts/mutes/{mute}/end": ACT_ON_ALL,
    "POST /alerts/channels": MANAGE,
    "POST /alerts/channels/{channel}/{action}": MANAGE,
    "POST /alerts/{incident}/see": Rule(Role.OPERATOR),
    "GET /metrics": SEE_ALL,
    "GET /approvals": MANAGE,
    "POST /approvals/{approval}/{answer}": MANAGE,
    # The team.
    "GET /team": MANAGE,
    "POST /team": MANAGE,
    "POST /team/{person}": MANAGE,
    "POST /team/{person}/invite": MANAGE,
    "GET /audit": MANAGE,
    # The same for programs.
    "GET /api/v1/openapi.json": SEE,
    "GET /api/v1/me": SEE,
    "GET /api/v1/clients": SEE,
    "GET /api/v1/clients/{client}": SEE_CLIENT,
    "GET /api/v1/clients/{client}/dns": SEE_CLIENT,
    "GET /api/v1/clients/{client}/logs": ACT_ON_CLIENT,
    "POST /api/v1/clients/{client}/rollback": ACT_ON_CLIENT,
    "POST /api/v1/clients/{client}/settings": ACT_ON_CLIENT,
    "POST /api/v1/clients/{client}/destroy": REMOVE,
    "GET /api/v1/clients/{client}/points": ACT_ON_CLIENT,
    "POST /api/v1/clients/{client}/backup": ACT_ON_CLIENT,
    "POST /api/v1/clients/{client}/verify": ACT_ON_CLIENT,
    "POST /api/v1/clients/{client}/restore/plan": ACT_ON_CLIENT,
    "POST /api/v1/clients/{client}/restore": ACT_ON_CLIENT,
    "POST /api/v1/backups/plan": ACT_ON_ALL,
    "POST /api/v1/backups": ACT_ON_ALL,
    "GET /api/v1/hosts": SEE,
    "POST /api/v1/deploys": ACT_ON_ALL,
    "GET /api/v1/operations": SEE,
    "GET /api/v1/operations/{operation}": SEE_OPERATION,
    "POST /api/v1/operations/{operation}/resume": ACT_ON_OPERATION,
    "POST /api/v1/operations/{operation}/credentials": ACT_ON_OPERATION,
    "GET /api/v1/rollouts": SEE,
    "POST /api/v1/rollouts": ACT_ON_ALL,
    "POST /api/v1/rollouts/plan": ACT_ON_ALL,
    "GET /api/v1/rollouts/{rollout}": SEE_ROLLOUT,
    "POST /api/v1/rollouts/{rollout}/{word}": ACT_ON_ROLLOUT,
    "GET /api/v1/clients/{client}/billing": SEE_CLIENT,
    "POST /api/v1/clients/{client}/billing/portal": ACT_ON_CLIENT,
    "GET /api/v1/clients/{client}/usage": SEE_CLIENT,
    "GET /api/v1/clients/{client}/events": SEE_CLIENT,
    "GET /api/v1/hosts/{host}": SEE_HOST,
    "GET /api/v1/team": MANAGE,
    "POST /api/v1/team": MANAGE,
    "POST /api/v1/team/{person}": MANAGE,
    "POST /api/v1/team/{person}/invite": MANAGE,
    "POST /api/v1/team/{person}/suspend": MANAGE,
    "POST /api/v1/team/{person}/activate": MANAGE,
    "GET /api/v1/audit": MANAGE,
    "GET /api/v1/views": SEE,
    "POST /api/v1/views": SEE,
    "POST /api/v1/views/{view}/remove": SEE,
    "GET /api/v1/incidents": SEE,
    "POST /api/v1/incidents/{incident}/see": Rule(Role.OPERATOR),
    "GET /api/v1/mutes": SEE_ALL,
    "POST /api/v1/mutes": ACT_ON_ALL,
    "POST /api/v1/mutes/{mute}/end": ACT_ON_ALL,
    "GET /api/v1/channels": MANAGE,
    "POST /api/v1/channels": MANAGE,
    "POST /api/v1/channels/{channel}/{action}": MANAGE,
    "GET /api/v1/approvals": MANAGE,
    "POST /api/v1/approvals/{approval}/{answer}": MANAGE,
    # For the payment server: open to anybody, and nothing is taken that it did not sign.
    "POST /billing/webhook": MACHINE,
    # For agents, each request with a signature of its own.
    "POST /agent/v1/enrol": MACHINE,
    "POST /agent/v1/report": MACHINE,
    "POST /agent/v1/rotate": MACHINE,
    "POST /agent/v1/tasks": MACHINE,
    "POST /agent/v1/tasks/{task}": MACHINE,
}
