"""How restic reaches a target: its address, its environment, what has to be mounted."""

from dataclasses import dataclass, field
from pathlib import Path

from leadengine_agent.protocol import (
    LocalTarget,
    RestTarget,
    S3Target,
    SftpTarget,
    Target,
    TargetCredentials,
)

_SSH = (
    "-F none -o BatchMode=yes -o StrictHostKeyChecking=yes -o IdentitiesOnly=yes"
    " -o ConnectTimeout=20 -o ServerAliveInterval=15 -o ServerAliveCountMax=4"
    " -o UserKnownHostsFile=/access/known_hosts -i /access/identity"
)


@dataclass(frozen=True)
class Access:
    """What a container needs to work on a repository.

    Attributes:
        repository: restic's address of it, free of credentials.
        files: name -> content of what has to lie in `/access`.
        environment: values that must not stand in argv.
        words: global options of restic.
        folder: of the host, to be mounted at the same path; it has to be there.
    """

    repository: str
    files: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict, repr=False)
    words: tuple[str, ...] = ()
    folder: Path | None = None

    @property
    def network(self) -> str:
        return "none" if self.folder else "bridge"


def repository_name(client: str, client_id: str) -> str:
    """Each client's repository lies in a folder of its own; two clients of one name do not share it."""
    return f"{client}-{client_id[:8]}"


def access(target: Target, credentials: TargetCredentials | None, name: str) -> Access:
    """Reach the repository `name` at a target."""
    match target:
        case LocalTarget():
            return Access(f"{target.folder}/{name}", folder=Path(target.folder))
        case S3Target():
            return _s3(target, credentials, name)
        case SftpTarget():
            return _sftp(target, credentials, name)
        case RestTarget():
            return _rest(target, credentials, name)


def _s3(target: S3Target, credentials: TargetCredentials | None, name: str) -> Access:
    words = ("-o", f"s3.region={target.region}") if target.region else ()
    environment = {}
    if credentials:
        environment = {
            "AWS_ACCESS_KEY_ID": credentials.user,
            "AWS_SECRET_ACCESS_KEY": credentials.secret.get_secret_value(),
        }
    return Access(
        f"s3:{target.endpoint.rstrip('/')}/{target.bucket}/{target.prefix}/{name}",
        files=_trust(target.trust),
        environment=environment,
        words=(*words, *_trusting(target.trust)),
    )


def _sftp(target: SftpTarget, credentials: TargetCredentials | None, name: str) -> Access:
    host = f"[{target.host}]" if ":" in target.host else target.host
    known = f"[{target.host}]:{target.port}" if target.port != 22 else target.host
    secret = credentials.secret.get_secret_value() if credentials else ""
    return Access(
        f"sftp://{target.user}@{host}:{target.port}/{target.folder}/{name}",
        files={"known_hosts": f"{known} {target.host_key}\n", "identity": secret.strip() + "\n"},
        words=("-o", f"sftp.args={_SSH}"),
    )


def _rest(target: RestTarget, credentials: TargetCredentials | None, name: str) -> Access:
    environment = {}
    if credentials:
        environment = {
            "RESTIC_REST_USERNAME": credentials.user,
            "RESTIC_REST_PASSWORD": credentials.secret.get_secret_value(),
        }
    return Access(
        f"rest:{target.url.rstrip('/')}/{name}/",
        files=_trust(target.trust),
        environment=environment,
        words=_trusting(target.trust),
    )


def _trust(pem: str | None) -> dict[str, str]:
    return {"trust.pem": pem} if pem else {}


def _trusting(pem: str | None) -> tuple[str, ...]:
    return ("--cacert", "/access/trust.pem") if pem else ()
