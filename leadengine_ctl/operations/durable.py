"""Durable workflows: a killed operation resumes at the step it was in. The only module that knows DBOS.

Every process runs one operation. Operations share a database but not their work: each is an
application of its own to DBOS, so that a process never takes up another operation by itself.
"""

from collections.abc import Callable
from typing import Any

from leadengine_ctl.errors import LeadEngineError

Result = dict[str, Any]
Step = Callable[[str, Callable[[], Result]], Result]
"""Runs an action once and remembers its result under a name; a replay returns what it remembers."""

_POLL = 0.05
"""Seconds between two looks at the database while waiting."""


class FailedBeforeError(LeadEngineError):
    """The operation had failed in an earlier process, which was killed before it could note that."""


class Durable:
    """Runs operations.

    Args:
        url: the SQLAlchemy URL of the checkpoints' database.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    def run(self, operation: str, verb: str, body: Callable[[Step], Result]) -> Result:
        """Run `body` to its end, from where an earlier process of the same operation was killed.

        Raises:
            FailedBeforeError: it had failed in that earlier process.
            LeadEngineError: what `body` raised.
        """
        from dbos import DBOS, SetWorkflowID

        errors: list[Exception] = []

        def workflow() -> Result:
            try:
                return body(_step)
            except Exception as error:  # noqa: BLE001 - raised again where the caller waits
                errors.append(error)
                # DBOS stores what it is given, and an error may quote anything: it gets the type.
                raise RuntimeError(type(error).__name__) from None

        DBOS(config=self._config(operation))  # type: ignore[arg-type]
        registered = DBOS.workflow(name=verb, max_recovery_attempts=None)(workflow)
        try:
            DBOS.launch()
            with SetWorkflowID(operation):
                handle = DBOS.start_workflow(registered)
            return handle.get_result(polling_interval_sec=_POLL)
        except Exception as error:  # noqa: BLE001 - DBOS raises what the workflow raised
            raise (errors[0] if errors else _failed_before(operation, error)) from None
        finally:
            DBOS.destroy(destroy_registry=True)

    def _config(self, operation: str) -> dict[str, Any]:
        return {
            "name": f"lectl-{operation}",
            "application_version": operation,
            "executor_id": operation,
            "system_database_url": self._url,
            "log_level": "CRITICAL",
            "notification_listener_polling_interval_sec": _POLL,
        }


def _step(name: str, action: Callable[[], Result]) -> Result:
    from dbos import DBOS

    return DBOS.run_step({"name": name}, action)


def _failed_before(operation: str, error: Exception) -> FailedBeforeError:
    return FailedBeforeError(
        f"The operation {operation} had failed already when its process was killed",
        f"Its workflow ended with {error}.",
        f"Run the command again; 'lectl operations show {operation}' tells how far it got.",
    )
