"""What a panel that was taken over sends to a host: more than thirty orders that must not be obeyed.

It has the store with every secret, the releases and the way to each agent. What it lacks are the keys
of the publisher and of the operators.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr
from sqlalchemy import insert

from leadengine_agent.assertions import digest, encode
from leadengine_agent.protocol import (
    Acme,
    Activate,
    BackupPolicy,
    BackupSchedule,
    InstallRelease,
    LocalTarget,
    Mail,
    SecretName,
    Task,
    encode_task,
)
from leadengine_agent.values import digest_of
from leadengine_ctl.fleet.records import ClientRecord
from leadengine_ctl.fleet.store import Store
from leadengine_ctl.releases.bundle import Bundle
from tests.lab.vps import Vps
from tests.unit.ctl.builders import a_draft
from tests.unit.ctl.builders import publish as sign_and_publish

COMPOSE = "stack/compose.yaml.j2"
_NEVER = BackupSchedule(every="never", drill_days=0)
_EVIL_PLACE = LocalTarget(name="evil", folder="/mnt/evil")
JOURNAL = "/var/lib/leadengine/agent/journal.sqlite"
READ = (
    "import json,sqlite3,sys; print(json.dumps(sqlite3.connect(sys.argv[1]).execute("
    "'SELECT what || why FROM refusals').fetchall()))"
)


class Attack(NamedTuple):
    """`text` as it goes to the host; `signature` as far as the panel can make one up."""

    name: str
    text: str
    signature: str = ""


@dataclass(frozen=True)
class Evil:
    """The panel's loot: a client as the store has it, and its newest release."""

    client: ClientRecord
    bundle: Bundle
    host: str
    folder: Path

    def attacks(self) -> tuple[Attack, ...]:
        made = (*self._destroying(), *self._diverting(), *self._releases(), *self._words())
        return tuple(
            each._replace(name=f"{number:02d} {each.name}") for number, each in enumerate(made)
        )

    def _raw(self, verb: str, **words: object) -> str:
        order = {"verb": verb, **words}
        return json.dumps({"id": f"evil-{time.time_ns()}", "actor": "evil", "order": order})

    def _destroying(self) -> Iterator[Attack]:
        slug = self.client.slug
        yield Attack("destroy without a signature", self._raw("decommission", client=slug))
        for name, words in (
            ("a stranger's signature", {}),
            ("a signature in an unknown name", {"iss": "operator"}),
            ("a signature for another host", {"aud": "host:another"}),
            ("a signature that has expired", {"exp": int(time.time()) - 10}),
            ("a signature for another task", {"task": digest(b"another")}),
            ("a signature for ever", {"exp": 2**33}),
        ):
            text = self._raw("decommission", client=slug)
            yield Attack(name, text, self._forged(text, **words))
        text = self._raw("decommission", client=slug)
        yield Attack("a signature by no algorithm", text, "eyJhbGciOiJub25lIn0.e30.")
        yield Attack("a signature that is none", text.replace("evil-", "evil-x"), "yes")

    def _forged(self, text: str, **claims: object) -> str:
        said = {
            "iss": "0123456789abcdef", "aud": f"host:{self.host}", "task": digest(text.encode()),
            "exp": int(time.time()) + 3600,
        }  # fmt: skip
        return encode({**said, **claims}, Ed25519PrivateKey.generate().sign)

    def _diverting(self) -> Iterator[Attack]:
        spec = self.client.spec
        changes: dict[str, dict[str, Any]] = {
            "a foreign domain": {"domain": "leads.evil.internal"},
            "another administrator": {"email": "evil@evil.test"},
            "mail through another server": {"mail": Mail(host="smtp.evil.test")},
            "certificates from another authority": {"acme": Acme(directory="https://evil.test/d")},
            "another authority to trust": {"acme": Acme(trust="-----BEGIN CERTIFICATE-----")},
            "another client ID": {"client_id": "0" * 24},
            "another plan": {"plan": "hosted"},
            "no more backups": {"backup": spec.backup.model_copy(update={"schedule": _NEVER})},
            "backups to another place": {"backup": BackupPolicy(targets=(_EVIL_PLACE,))},
        }
        for name, change in changes.items():
            yield Attack(name, self._activate(spec=spec.model_copy(update=change)))
        for secret in SecretName:
            yield Attack(f"another {secret}", self._activate(secrets={secret: SecretStr("evil")}))
        yield Attack("migrations that take away", self._activate(contract=True))
        yield Attack("a change without a point", self._activate(without_backup=True))
        slug = self.client.slug
        for verb, words in (
            ("restore", {}),
            ("restore", {"without_undo": True}),
            ("freeze", {}),
            ("repair", {"target": "local", "give_up": ["20261127t044848-0821"]}),
            ("set-standing", {"standing": "suspended"}),
            ("delete-tenant", {"tenant": slug}),
        ):
            yield Attack(f"{verb} {words}", self._raw(verb, client=slug, **words))
        yield Attack("a release that is not there", self._activate(release="9.9.9"))

    def _activate(self, **changes: object) -> str:
        order = Activate(spec=self.client.spec, release=self.bundle.release.version)
        return self._text(order.model_copy(update=changes))

    @staticmethod
    def _text(order: Activate | InstallRelease) -> str:
        return encode_task(Task(id=f"evil-{time.time_ns()}", actor="evil", order=order)).decode()

    def _releases(self) -> Iterator[Attack]:
        honest, release = self.bundle.order(None), self.bundle.release
        image = release.images["api"].model_copy(update={"digest": release.images["db"].digest})
        images = {**release.images, "api": image}
        manifest = release.model_copy(update={"images": images}).model_dump_json()
        yield Attack(
            "an unsigned image", self._text(honest.model_copy(update={"manifest": manifest}))
        )
        strangers = sign_and_publish(self.folder / "strangers", a_draft("9.9.9")).load("9.9.9")
        yield Attack("a release that strangers signed", self._text(strangers.order(None)))
        for name, change in (("privileged", _privileged), ("a bind mount", _mounted)):
            template = change(honest.files[COMPOSE])
            changed = honest.manifest.replace(digest_of(honest.files[COMPOSE]), digest_of(template))
            files = {**honest.files, COMPOSE: template}
            words = {"files": files, "manifest": changed}
            yield Attack(f"a template with {name}", self._text(honest.model_copy(update=words)))
        yield Attack("an agent that is not there", self._raw("update-agent", release="9.9.9"))

    def _words(self) -> Iterator[Attack]:
        slug = self.client.slug
        yield Attack("a shell", self._raw("shell", command="touch /root/canary"))
        yield Attack("a program", self._raw("run", argv=["touch", "/root/canary"]))
        yield Attack("a shell in a name", self._raw("logs", client=f"{slug}; touch /root/canary"))
        yield Attack("a path in a name", self._raw("logs", client="../../../root"))
        yield Attack("more fields", self._raw("decommission", client=slug, also="/"))
        compose = self._raw("activate", release=self.bundle.release.version, compose="services: {}")
        yield Attack("compose text", compose)
        yield Attack(
            "another protocol", self._raw("inspect").replace('"id"', '"protocol": 2, "id"', 1)
        )


def _privileged(text: str) -> str:
    return text.replace("read_only: true", "read_only: true\n    privileged: true")


def _mounted(text: str) -> str:
    return text.replace("volumes:", "volumes:\n      - /:/host", 1)


def let_loose(store: Store, host: str, attack: Attack, number: int) -> str:
    """Put an order into the queue past everything that would look at it."""
    name, now = f"attack-{number:04d}", time.time()
    row = {
        "id": name, "host": host, "client": "", "verb": "evil", "actor": "evil", "state": "queued",
        "task": SecretStr(attack.text), "signature": attack.signature, "created_at": now,
        "changed_at": now,
    }  # fmt: skip
    with store.queue._engine.begin() as connection:
        connection.execute(insert(store.queue._tasks).values(row))
    return name


def journal(vps: Vps) -> str:
    python = ("docker", "exec", "leadengine-executor", "/opt/leadengine/bin/python", "-c")
    return vps.run(*python, READ, JOURNAL).stdout
