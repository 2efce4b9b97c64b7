"""What a person needs after a deploy: what the specification's script printed, and what comes next."""

from pydantic import SecretStr

from leadengine_agent.protocol import Credentials, CredentialsResult, Task
from leadengine_agent.values import Frozen
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.orders import submit
from leadengine_ctl.operations.request import DeployRequest
from leadengine_ctl.operations.runner import Finished

_MAIL = {
    "sent": "A link to set a password of one's own was mailed to {email}.",
    "failed": "The mail to {email} could not be sent: {detail}",
    "not-configured": "No mail was sent: no mail server is set (SMTP_HOST).",
    "unchanged": "",
}


class Summary(Frozen):
    """The outcome of a deploy.

    Attributes:
        password: the first administrator's, until it was shown once.
        certificate: its kind; `advice`: what is still to be done for it, or empty.
        root: the file with the root to trust when the host's own CA signed it, or empty.
        mail: a sentence on the mail to the administrator, or empty.
    """

    operation: str
    client: str
    url: str
    email: str
    password: SecretStr | None
    client_id: str
    snippet: str
    loader: str
    release: str
    changed: bool
    certificate: str
    advice: str
    root: str
    mail: str


def read_summary(world: World, request: DeployRequest, finished: Finished) -> Summary:
    """Collect the summary; the password is read from the host and kept nowhere."""
    credentials = _credentials(world, request, finished, forget=False)
    activated = finished.data["activate"]
    certificate = finished.data["certify"]
    spec = world.store.clients.get(request.client).spec
    own = f"/{spec.client_id}" if spec.kind == "hosted" else ""
    pixel = spec.names[-1] + own
    return Summary(
        operation=finished.operation,
        client=request.client,
        url=f"https://{spec.names[0]}",
        email=credentials.email,
        password=credentials.password,
        client_id=spec.client_id,
        snippet=f"<script src='https://{pixel}/pixel.js'></script>",
        loader=loader_snippet(spec.names[-1], spec.client_id),
        release=request.release,
        changed=activated["changed"],
        certificate=certificate["kind"],
        advice=certificate["advice"],
        root=certificate["root"],
        mail=_MAIL[activated["mail"]].format(
            email=credentials.email, detail=activated["mail_detail"]
        ),
    )


def forget_password(world: World, request: DeployRequest, finished: Finished) -> None:
    """Tell the host that the password was shown: it deletes it."""
    _credentials(world, request, finished, forget=True)


def loader_snippet(domain: str, client_id: str) -> str:
    """The specification's loader, which takes calls before the script has arrived."""
    return (
        "<script>(function(w,d,s,o,f,js,fjs){w['LeadEngine']=o;w[o]=w[o]||function(){"
        "(w[o].q=w[o].q||[]).push(arguments)};js=d.createElement(s);fjs=d.getElementsByTagName(s)[0];"
        "js.id=o;js.src=f;js.async=1;fjs.parentNode.insertBefore(js,fjs);"
        f"}}(window,document,'script','le','https://{domain}/pixel.js'));"
        f"le('init', '{client_id}');</script>"
    )


def _credentials(
    world: World, request: DeployRequest, finished: Finished, *, forget: bool
) -> CredentialsResult:
    task = Task(
        id=f"{finished.operation}-credentials",
        actor=world.actor,
        order=Credentials(client=request.client, forget=forget),
    )
    with world.open_host(HostAddress.parse(request.host)) as host:
        return CredentialsResult.model_validate(submit(host, task))
