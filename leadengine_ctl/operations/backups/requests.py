"""What the verbs of backup and restore are asked to do. Recorded as they are: no secret is in them."""

from pydantic import Field

from leadengine_agent.protocol import BackupReason, NewIdentity, Part
from leadengine_agent.values import Frozen, PointId, Slug, TargetName


class BackupRequest(Frozen):
    """A recovery point now. `host` is the address of the client's host."""

    client: Slug
    host: str
    reason: BackupReason = "manual"


class VerifyRequest(Frozen):
    """A drill. `point` None: the newest and an older one; `target` None: one of them, in turn."""

    client: Slug
    host: str
    point: PointId | None = None
    target: TargetName | None = None


class RestoreRequest(Frozen):
    """A client is to come back.

    Attributes:
        host: the address of the host it comes back on.
        origin: the address of the host that has its keys; empty: a kit brings them.
        point: None: the newest good one.
        target: the storage to read from; None: the first that has the point.
        identity: come back as another client, beside the one there is.
    """

    client: Slug
    host: str
    origin: str = ""
    point: PointId | None = None
    only: Part | None = None
    target: TargetName | None = None
    identity: NewIdentity | None = None
    dry_run: bool = False
    without_undo: bool = False

    @property
    def name(self) -> str:
        """What the client is called once it is back."""
        return self.identity.client if self.identity else self.client


class MoveRequest(Frozen):
    """A client is to live on another host: from `host` to `to`, both addresses."""

    client: Slug
    host: str
    to: str = Field(min_length=1)
