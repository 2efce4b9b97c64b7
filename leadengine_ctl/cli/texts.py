"""What people read: pure functions from values to text."""

from leadengine_ctl.operations.preview import Preview
from leadengine_ctl.operations.summary import Summary
from leadengine_ctl.planning.plan import Plan

_RULE = "=" * 57
KINDS = {
    "acme": "from the CA",
    "local": "host's own CA",
    "self-signed": "self-signed",
    "none": "none",
}
"""Kinds of certificates in people's words."""


def plan_text(plan: Plan) -> str:
    """A plan, numbered."""
    steps = [f"  {number}. {step.sentence}" for number, step in enumerate(plan.steps, 1)]
    return "\n".join([plan.title, *steps, *(f"  Note: {note}" for note in plan.notes)])


def preview_text(preview: Preview) -> str:
    """A dry run: the plan, then each file as it would be written."""
    secrets = ", ".join(preview.secrets) or "none"
    files = [f"--- {name}\n{text.rstrip()}" for name, text in sorted(preview.files.items())]
    parts = [
        plan_text(preview.plan),
        f"Secrets of the operator that would be handed over: {secrets}",
    ]
    return "\n\n".join([*parts, *files, "Nothing was changed."])


def summary_text(summary: Summary) -> str:
    """What the specification's script printed, and what is still to be done."""
    password = summary.password
    admin = f"{summary.email} / {password.get_secret_value()}" if password else summary.email
    lines = [
        _RULE,
        f"  LeadEngine deployed for {summary.client}",
        f"  URL: {summary.url}",
        f"  Admin: {admin}",
        f"  Client ID: {summary.client_id}",
        f"  Snippet: {summary.snippet}",
        f"  Certificate: {KINDS[summary.certificate]}",
        f"  Release: {summary.release}{'' if summary.changed else ' (nothing changed)'}",
        _RULE,
    ]
    return "\n".join([*lines, *_advice(summary)])


def _advice(summary: Summary) -> list[str]:
    password = (
        "The password is shown this once; it is kept nowhere."
        if summary.password
        else "The administrator's password is unchanged."
    )
    advice = f"Certificate: {summary.advice}" if summary.advice else ""
    root = (
        f"Signed by the host's own CA; its root, to trust: {summary.root}" if summary.root else ""
    )
    return [text for text in (password, summary.mail, advice, root) if text]
