"""What may be ordered through the panel: a policy that lies on the host, written when it was connected.

The panel may be taken over. What it can order then is what stands here: verbs of every day, releases
that their publisher signed, and of a stack's configuration what does no harm. For the rest an operator
signs, with a key that is not on the panel.
"""

import base64
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import ValidationError

from leadengine_agent.assertions import MalformedError, decode, digest
from leadengine_agent.backup.home import BackupHome
from leadengine_agent.failures import TaskFailure
from leadengine_agent.layout import HostLayout
from leadengine_agent.protocol import (
    Activate,
    FailureCode,
    Order,
    Points,
    SecretName,
    StackSpec,
    Task,
)
from leadengine_agent.records import current_record
from leadengine_agent.values import DomainName, Frozen
from leadengine_agent.vault import Vault

ROUTINE = frozenset(
    {
        "inspect",
        "logs",
        "credentials",
        "install-release",
        "activate",
        "rollback",
        "certify",
        "heal",
        "update-agent",
        "fence",
        "backup",
        "points",
        "verify",
    }
)
"""Verbs that the panel may order by itself. A verb that is not here needs a signature."""

_FREE = frozenset({"brand"})
"""Fields of a spec that the panel may change of a stack that lives; a new field is not among them."""

_LIFE = 3600
"""Seconds that an operator's signature is good for."""


class Policy(Frozen):
    """One host's policy.

    Attributes:
        host: what the host is called: a signature is for one host.
        operators: key id -> Ed25519 public key (base64) of those who may sign.
        verbs: what may come without a signature, within `ROUTINE`.
        new_stacks: True: the panel may start stacks for clients who have none here.
        domains: new stacks only below these; empty: anywhere.
    """

    host: str
    operators: dict[str, str] = {}
    verbs: frozenset[str] = ROUTINE
    new_stacks: bool = True
    domains: tuple[DomainName, ...] = ()


class Queued(Frozen):
    """A task as it came from the panel: its text, byte for byte, and a signature over it."""

    task: str
    signature: str = ""


class QueuedLine(Frozen):
    queued: Queued


def read_policy(layout: HostLayout) -> Policy:
    """This host's policy.

    Raises:
        TaskFailure: it was never connected to a panel, or the file is damaged: then nothing may come.
    """
    try:
        return Policy.model_validate_json(layout.policy.read_text())
    except (OSError, ValidationError) as error:
        raise _refusal("This host takes no orders from a panel", "it has no policy") from error


@dataclass(frozen=True)
class Judge:
    """Decides whether a task may be carried out that came from the panel."""

    layout: HostLayout
    policy: Policy
    verify: Callable[[bytes, bytes, bytes], bool]

    def judge(self, queued: Queued, task: Task) -> None:
        """Return when it may.

        Raises:
            TaskFailure: it may not; the words say why.
        """
        if queued.signature:
            # A signature that is not good is never passed over, even where none was needed.
            self._check(queued)
            return
        if objection := self._objection(task.order):
            raise TaskFailure(
                FailureCode.SIGNATURE,
                f"'{task.order.verb}' was not done at the panel's word alone.",
                f"{objection[0].upper()}{objection[1:]}.",
                f"An operator signs it: lectl task sign {task.id}",
            )

    def _check(self, queued: Queued) -> None:
        try:
            claims, signed, signature = decode(queued.signature)
            key = base64.b64decode(self.policy.operators[str(claims["iss"])], validate=True)
        except (MalformedError, KeyError, ValueError) as error:
            raise _refusal("The signature is refused", "it is of nobody this host knows") from error
        expires = claims.get("exp")
        problems = {
            "it is not good": not self.verify(signature, signed, key),
            "it is for another host": claims.get("aud") != f"host:{self.policy.host}",
            "it is for another task": claims.get("task") != digest(queued.task.encode()),
            "it has expired, or one of the clocks is off": not isinstance(expires, int | float)
            or not -_LIFE <= expires - time.time() - _LIFE <= 60,
        }
        for problem, is_so in problems.items():
            if is_so:
                raise _refusal("The signature is refused", problem)

    def _objection(self, order: Order) -> str:
        """Why an order needs a signature; empty when it does not."""
        if order.verb not in ROUTINE & self.policy.verbs:
            return "the policy of this host asks an operator for it"
        if isinstance(order, Activate):
            return self._activation(order)
        if isinstance(order, Points) and (order.kit or order.sealed):
            return "it opens a storage that is not this host's own"
        return ""

    def _activation(self, order: Activate) -> str:
        if order.contract:
            return "it allows migrations that older code cannot live with"
        if order.without_backup:
            return "it lets data change without a recovery point from before"
        record = current_record(self.layout.stack(order.spec.client))
        if record is None:
            return self._new_stack(order.spec)
        changed = (
            *_changed(record.spec, order.spec),
            *(f"the secret {name}" for name in self._other_secrets(order)),
            *(f"what opens {name}" for name in self._other_credentials(order)),
        )
        return f"it changes {', '.join(changed)} of a stack that lives" if changed else ""

    def _new_stack(self, spec: StackSpec) -> str:
        if not self.policy.new_stacks:
            return "the panel may start no new stacks on this host"
        below, domain = self.policy.domains, spec.identity.domain
        if below and not any(domain == each or domain.endswith(f".{each}") for each in below):
            return f"{domain} is not below {', '.join(below)}"
        return ""

    def _other_secrets(self, order: Activate) -> list[str]:
        vault = Vault(self.layout.stack(order.spec.client).secrets)
        return [
            name.value
            for name in SecretName
            if name in order.secrets
            and _hash(vault.read(name.value)) != _hash(order.secrets[name].get_secret_value())
        ]

    def _other_credentials(self, order: Activate) -> list[str]:
        home = BackupHome(self.layout, order.spec.client)
        return [
            name for name, given in order.credentials.items() if home.credentials(name) != given
        ]


def _changed(old: StackSpec, new: StackSpec) -> list[str]:
    return [
        name
        for name in StackSpec.model_fields
        if name not in _FREE and getattr(old, name) != getattr(new, name)
    ]


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _refusal(what: str, why: str) -> TaskFailure:
    return TaskFailure(
        FailureCode.SIGNATURE,
        f"{what}.",
        f"{why[0].upper()}{why[1:]}.",
        "Operators who may sign are named when a host is connected: lectl agent enrol HOST",
    )
