"""What every task is given."""

from dataclasses import dataclass

from leadengine_agent.executor.journal import Journal
from leadengine_agent.executor.steps import Steps
from leadengine_agent.layout import HostLayout


@dataclass(frozen=True)
class Context:
    """The host's folders, the runner of steps, and the host's own record."""

    layout: HostLayout
    steps: Steps
    journal: Journal
