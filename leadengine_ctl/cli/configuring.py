"""The two ways of a setting: into the store at once, and onto the hosts in waves."""

from collections.abc import Mapping

from leadengine_ctl.cli import terminal
from leadengine_ctl.cli.rolling import Rolling, chosen
from leadengine_ctl.cli.session import Session
from leadengine_ctl.errors import UsageError
from leadengine_ctl.operations.configuring import (
    POLICY_KEYS,
    keep_policies,
    split_words,
)
from leadengine_ctl.operations.rollouts.request import RolloutRequest


def set_values(
    session: Session,
    what: list[str],
    values: Mapping[str, object],
    *,
    every: bool,
    only_show: bool,
    ask: bool,
) -> None:
    """Set what the words say; `values`: how a rollout of it goes.

    Raises:
        UsageError: a key is none, or nothing is set.
    """
    settings, names = split_words(what)
    if not settings:
        raise UsageError(
            "Nothing is set", "A setting is KEY=VALUE.", "Write it as in 'brand.primary=#0B8C00'."
        )
    clients = chosen(list(names), every=every)
    policy = {key: text for key, text in settings.items() if key in POLICY_KEYS}
    changes = {key: text for key, text in settings.items() if key not in POLICY_KEYS}
    kept = keep_policies(session.world, clients, policy, only_check=only_show)
    if policy:
        verb = "would be" if only_show else "is"
        terminal.say(
            f"{', '.join(policy)} {verb} set for {len(kept)} clients: {', '.join(kept[:10])}."
        )
    if changes:
        whole = {"kind": "config", "clients": clients, "changes": changes, **values}
        Rolling(session, RolloutRequest.model_validate(whole)).go(only_show=only_show, ask=ask)
    elif session.as_json:
        terminal.put_json({"kind": "result", "clients": list(kept), "set": policy})
