"""The three ways a deploy can go: preview, question, run."""

from dataclasses import asdict, dataclass

from leadengine_ctl.cli import terminal, texts
from leadengine_ctl.cli.asking import confirm
from leadengine_ctl.cli.renting import Rent, for_client
from leadengine_ctl.cli.session import Session
from leadengine_ctl.operations.defaults import deploy_request
from leadengine_ctl.operations.deploy import Deploy
from leadengine_ctl.operations.preview import preview_deploy
from leadengine_ctl.operations.request import DeployRequest
from leadengine_ctl.operations.summary import Summary, forget_password, read_summary


@dataclass(frozen=True)
class Words:
    """What was typed; None: left out."""

    client: str
    domain: str
    email: str | None
    host: str | None
    on: str | None
    dns: str | None
    plan: str | None
    release: str | None
    replace_dns: bool
    without_backup: bool
    prove_by: str | None
    wildcard: bool | None


def carry_out(session: Session, words: Words, *, dry_run: bool, sure: bool) -> None:
    """Preview, or ask what has to be asked, rent what has to be rented, and deploy."""
    rent = for_client(session, words.client, words.on, words.host)
    request = deploy_request(
        session.world,
        words.client,
        words.domain,
        email=words.email,
        host=rent.host if rent else words.host,
        plan=words.plan,
        release=words.release,
        dns=words.dns or ("auto" if rent else None),
        replace_dns=words.replace_dns,
    ).model_copy(
        update={
            "without_backup": words.without_backup,
            "prove_by": words.prove_by,
            "wildcard": words.wildcard,
        }
    )
    if dry_run:
        show_preview(session, request, rent)
        return
    if not sure:
        ask_for_new_domain(session, request)
    if rent:
        request = request.model_copy(update={"host": rent.have(session, sure=sure)})
    deploy_and_show(session, request)


def show_preview(session: Session, request: DeployRequest, rent: Rent | None = None) -> None:
    """Print the plan and the files; before them what is rented for it."""
    where = "the new server" if rent and not rent.known else ""
    preview = preview_deploy(session.world, request, where)
    if session.as_json:
        rented = {"rent": asdict(rent.plan)} if rent and not rent.known else {}
        terminal.put_json({"kind": "preview", **rented, **preview.model_dump(mode="json")})
        return
    if rent and not rent.known:
        terminal.put(texts.plan_text(rent.plan) + "\n")
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
    confirm("Change the domain?", f"The domain of {request.client} was not changed")


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
