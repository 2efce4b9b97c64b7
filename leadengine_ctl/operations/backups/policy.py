"""From texts and what the store knows to a client's backup policy, and back to texts."""

import re
from collections.abc import Mapping

from leadengine_agent.protocol import (
    BackupPolicy,
    BackupSchedule,
    LocalTarget,
    Retention,
    Target,
    TargetCredentials,
)
from leadengine_ctl.errors import UsageError
from leadengine_ctl.operations.base import World
from leadengine_ctl.recovery.keys import short

BACKUP_KEYS = (
    "backup.targets",
    "backup.every",
    "backup.window",
    "backup.drill-days",
    "backup.keep",
    "backup.recipients",
)

LOCAL = "local"
"""The storage that needs none: a folder on the host's own disk."""

_NONE = "none"
_UNITS = {"h": "hourly", "d": "daily", "w": "weekly", "m": "monthly"}


def wanted_policy(world: World, texts: Mapping[str, str]) -> BackupPolicy:
    """The policy of a client with these settings of its own; what is missing or empty is the default.

    Raises:
        UsageError: a text cannot be read.
        NotFoundError: it names a storage that is not there.
        ValidationError: a value is refused.
    """
    given = {key: texts[key] for key in BACKUP_KEYS if texts.get(key)}
    schedule = BackupSchedule.model_validate(
        {
            **({"every": given["backup.every"]} if "backup.every" in given else {}),
            **({"window": _window(given["backup.window"])} if "backup.window" in given else {}),
            **({"drill_days": given["backup.drill-days"]} if "backup.drill-days" in given else {}),
        }
    )
    keep = _retention(given["backup.keep"]) if "backup.keep" in given else Retention()
    return BackupPolicy(
        targets=_targets(world, given.get("backup.targets")),
        schedule=schedule,
        keep=keep,
        recipients=_recipients(world, given.get("backup.recipients", "")),
    )


def credentials_of(world: World, policy: BackupPolicy) -> dict[str, TargetCredentials]:
    """What opens the targets of a policy, as far as this store knows; hosts keep what they were told."""
    known = {each.name: each.credentials for each in world.store.storages.all()}
    found = {each.name: known.get(each.name) for each in policy.targets}
    return {name: secret for name, secret in found.items() if secret is not None}


def text_of(policy: BackupPolicy, key: str) -> str:
    """What a key of a policy is, as a person would set it."""
    schedule, keep = policy.schedule, policy.keep
    numbers = "".join(
        f"{getattr(keep, name)}{unit} " for unit, name in _UNITS.items() if getattr(keep, name)
    )
    return {
        "backup.targets": ",".join(each.name for each in policy.targets) or _NONE,
        "backup.every": schedule.every,
        "backup.window": f"{schedule.window[0]}-{schedule.window[1]}",
        "backup.drill-days": str(schedule.drill_days),
        "backup.keep": numbers.strip(),
        "backup.recipients": ",".join(short(each) for each in policy.recipients),
    }[key]


def _targets(world: World, names: str | None) -> tuple[Target, ...]:
    names = names or world.settings.backup_targets
    own = LocalTarget(name=LOCAL, folder=world.settings.backup_folder)
    if names == _NONE:
        return ()
    if names is None:
        others = tuple(each.target for each in world.store.storages.all())
        return others if any(each.name == LOCAL for each in others) else (own, *others)
    known: dict[str, Target] = {LOCAL: own}
    known |= {each.name: each.target for each in world.store.storages.all()}
    return tuple(
        known[name] if name in known else world.store.storages.get(name).target
        for name in names.split(",")
    )


def _recipients(world: World, names: str) -> tuple[str, ...]:
    keys = tuple(each.recipient for each in world.store.recovery.registered())
    if not names:
        return keys
    known = {short(each): each for each in keys}
    missing = [name for name in names.split(",") if name not in known]
    if missing:
        raise UsageError(
            f"backup.recipients: there is no recovery key {', '.join(missing)}",
            f"There are: {', '.join(known) or 'none'}.",
            "See 'lectl recovery list'.",
        )
    return tuple(known[name] for name in names.split(","))


def _window(text: str) -> tuple[str, ...]:
    if not re.fullmatch(r"\d{1,2}-\d{1,2}", text):
        raise UsageError(
            "backup.window: a window is two hours of UTC",
            "",
            "Write it as in 'backup.window=1-5', or '22-2' over midnight.",
        )
    return tuple(text.split("-"))


def _retention(text: str) -> Retention:
    parts = [re.fullmatch(r"(\d{1,3})([hdwm])", part) for part in text.split()]
    numbers = {_UNITS[part[2]]: int(part[1]) for part in parts if part}
    if not all(parts) or not numbers:
        raise UsageError(
            "backup.keep: this does not say how many points are kept",
            "It is numbers of hours, days, weeks and months.",
            "Write it as in 'backup.keep=24h 14d 8w 12m'.",
        )
    return Retention.model_validate({**dict.fromkeys(_UNITS.values(), 0), **numbers})
