"""What may be set for one client: keys of its spec, and how rollouts are to treat it."""

from collections.abc import Iterable, Mapping
from typing import Any

from leadengine_agent.protocol import Brand, StackSpec
from leadengine_agent.values import Frozen, Line, Slug
from leadengine_ctl.errors import UsageError
from leadengine_ctl.fleet.records import ClientRecord
from leadengine_ctl.operations.backups.policy import BACKUP_KEYS, text_of, wanted_policy
from leadengine_ctl.operations.base import World
from leadengine_ctl.planning.windows import WindowText

SPEC_KEYS = (
    "email",
    "licence",
    "brand.name",
    "brand.primary",
    "brand.logo",
    "mail.host",
    "mail.port",
    "mail.user",
    "mail.sender",
    "mail.security",
    "replies.mailbox",
    "replies.slack_channel",
    "llm.model",
    "llm.base_url",
    "llm.monthly_budget",
    "llm.prices",
    "llm.tokens",
    "llm.seconds",
    "crawl.networks",
    *BACKUP_KEYS,
)
"""Settled on the host: a change of these goes out in waves."""

POLICY_KEYS = ("channel", "window", "hold")
"""Settled in the store alone."""


class Policy(Frozen):
    """How rollouts are to treat a client."""

    channel: Slug = "stable"
    window: WindowText | None = None
    hold: Line = ""


def split_words(words: Iterable[str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """The settings `KEY=VALUE` among words, and the words that are none: names of clients.

    Raises:
        UsageError: a key is none.
    """
    settings, names = {}, []
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            names.append(word)
        elif key in SPEC_KEYS or key in POLICY_KEYS:
            settings[key] = value
        else:
            raise UsageError(
                f"There is no key '{key}' to set",
                f"There are: {', '.join((*SPEC_KEYS, *POLICY_KEYS))}.",
                "Write it as in 'brand.primary=#0B8C00'.",
            )
    return settings, tuple(names)


def policy_of(record: ClientRecord, changes: Mapping[str, str]) -> Policy:
    """A client's policy once `changes` are made; an empty text means the default.

    Raises:
        ValidationError: a value is refused.
    """
    old = {key: getattr(record, key) for key in POLICY_KEYS}
    values = {**old, **{key: changes[key] for key in POLICY_KEYS if key in changes}}
    return Policy.model_validate({key: value for key, value in values.items() if value})


def configured(
    spec: StackSpec, world: World, changes: Mapping[str, str], own: Mapping[str, str]
) -> StackSpec:
    """A spec with changes; an empty text means what the operator's settings or the product say.

    Args:
        own: what is set for this client alone. Backups follow from it and from what is registered
            now: a storage or a recovery key that was added since is taken up.

    Raises:
        UsageError, ValidationError: a value is refused.
    """
    values = spec.model_dump()
    usual = world.settings
    defaults = {
        "brand": Brand().model_dump(),
        "mail": usual.mail().model_dump(),
        "replies": usual.replies().model_dump(),
        "llm": usual.llm().model_dump(),
        "crawl": usual.crawl().model_dump(),
    }
    for key, text in changes.items():
        if key in BACKUP_KEYS:
            continue
        section, _, name = key.rpartition(".")
        place: dict[str, Any] = values[section] if section else values
        place[name] = text or defaults.get(section, {}).get(name, "")
    texts = {**own, **changes}
    if spec.elsewhere and not texts.get("backup.targets"):
        texts["backup.targets"] = "none"
    values["backup"] = wanted_policy(world, texts)
    return StackSpec.model_validate(values)


def value_of(spec: StackSpec, key: str) -> str:
    """What a key of a spec is, as text; empty: not set."""
    if key in BACKUP_KEYS:
        return text_of(spec.backup, key)
    section, _, name = key.rpartition(".")
    found = getattr(getattr(spec, section) if section else spec, name)
    return "" if found is None else str(found)


def own_settings(
    record: ClientRecord, changes: Mapping[str, str], spec: StackSpec
) -> dict[str, str]:
    """What stays set for this client alone, once its stack is `spec`.

    The administrator's address is not among it: a deploy names it anew.
    """
    wanted = {**record.config, **changes}
    return {
        key: text
        for key, text in wanted.items()
        if text and key != "email" and (key in BACKUP_KEYS or value_of(spec, key) == text)
    }


def keep_policies(
    world: World, clients: tuple[str, ...], changes: Mapping[str, str], *, only_check: bool
) -> tuple[str, ...]:
    """Note how rollouts are to treat clients (none named: all); the names of those it is noted for.

    Raises:
        NotFoundError: one of them is unknown; nothing is noted then.
        ValidationError: a value is refused; nothing is noted then.
    """
    store = world.store.clients
    records = [store.get(name) for name in clients] if clients else list(store.all())
    policies = {each.slug: policy_of(each, changes) for each in records}
    if changes and not only_check:
        for name, policy in policies.items():
            store.keep_policy(name, policy.model_dump())
            world.record("config", name, "done", ", ".join(f"{k}={v}" for k, v in changes.items()))
    return tuple(policies)


def read_config(record: ClientRecord) -> dict[str, dict[str, str]]:
    """Each key with its value and where that is from: the client, the operator's settings."""
    spec = {
        key: {
            "value": value_of(record.spec, key),
            "origin": "client" if key in record.config else "",
        }
        for key in SPEC_KEYS
    }
    usual = Policy()
    policy = {
        key: {
            "value": getattr(record, key) or "",
            "origin": "client" if getattr(record, key) != getattr(usual, key) else "",
        }
        for key in POLICY_KEYS
    }
    return {**spec, **policy}
