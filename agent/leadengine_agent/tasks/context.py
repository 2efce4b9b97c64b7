"""What every task is given."""

from dataclasses import dataclass

from leadengine_agent.executor.steps import Steps
from leadengine_agent.layout import HostLayout


@dataclass(frozen=True)
class Context:
    """The host's folders and the runner of steps."""

    layout: HostLayout
    steps: Steps
