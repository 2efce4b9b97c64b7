"""The three ways a deploy can go: preview, question, run."""

from leadengine_ctl.cli import terminal, texts
from leadengine_ctl.cli.session import Session
from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.operations.deploy import Deploy
from leadengine_ctl.operations.preview import preview_deploy
from leadengine_ctl.operations.request import DeployRequest
from leadengine_ctl.operations.summary import Summary, forget_password, read_summary


def show_preview(session: Session, request: DeployRequest) -> None:
    """Print the plan and the files."""
    preview = preview_deploy(session.world, request)
    if session.as_json:
        terminal.put_json({"kind": "preview", **preview.model_dump(mode="json")})
    else:
        terminal.put(texts.preview_text(preview))


def ask_for_new_domain(session: Session, request: DeployRequest) -> None:
    """Ask before a live client's domain changes: every snippet out there names the old one.

    Raises:
        NotAllowedError: the answer was not yes.
    """
    old = session.world.store.clients.find(request.client)
    if old is None or old.release is None or old.spec.domain == request.domain:
        return
    terminal.say(f"{request.client} is live at https://{old.spec.domain}.")
    terminal.say(f"That address stops answering; https://{request.domain} takes its place.")
    if terminal.ask("Change the domain? [yes/no]").lower() != "yes":
        raise NotAllowedError(
            f"The domain of {request.client} was not changed",
            "The question was not answered with yes.",
            "Answer yes when asked, or give --yes.",
        )


def deploy_and_show(session: Session, request: DeployRequest) -> None:
    """Deploy, print the summary, and let the host forget the password that was shown."""
    finished = session.run(Deploy(request))
    summary = read_summary(session.world, request, finished)
    if session.as_json:
        terminal.put_json(_without_password(summary))
        return
    terminal.put(texts.summary_text(summary))
    if summary.password:
        forget_password(session.world, request, finished)


def _without_password(summary: Summary) -> dict[str, object]:
    """The result for programs, whose output ends up in logs: a person reads the password later."""
    waiting = {"kind": "result", "password_waiting": summary.password is not None}
    return {**waiting, **summary.model_dump(mode="json", exclude={"password"})}
