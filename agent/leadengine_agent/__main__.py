"""The words of the agent image: `executor`, `reporter`, `submit`, `probe`.

Each imports only what it needs: the probe starts in a one-off container and must start fast.
"""

import sys

_USAGE = (
    "usage: leadengine-agent executor | reporter | submit | probe served NAME | probe fetch URL\n"
)


def main() -> int:
    """Run one of the agent's programs."""
    match sys.argv[1:]:
        case ["executor"]:
            from leadengine_agent.executor.server import main as executor

            return executor()
        case ["reporter"]:
            from leadengine_agent.reporter.main import main as reporter

            return reporter()
        case ["submit"]:
            from leadengine_agent.executor.submit import main as submit

            return submit()
        case ["probe", "served" | "fetch", _]:
            from leadengine_agent.probe import main as probe

            return probe(sys.argv[2:])
        case _:
            sys.stderr.write(_USAGE)
            return 2


if __name__ == "__main__":
    sys.exit(main())
