"""How a memory host says no: in the codes of a real one."""

from leadengine_agent.protocol import Failure, FailureCode, Task


class RefusedError(Exception):
    """The task ends with this failure."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.what)
        self.failure = failure


def missing(what: str, hint: str) -> RefusedError:
    return _refused(FailureCode.NOT_FOUND, f"There is no {what} on this host.", "", hint)


def of_another_order(task: Task) -> RefusedError:
    return _refused(
        FailureCode.INVALID,
        f"The id {task.id} belongs to another order.",
        "An order of another kind or for another client was accepted under it.",
        "Nothing was changed. Run the command again: it takes a new id.",
    )


def superseded(task: Task) -> RefusedError:
    return _refused(
        FailureCode.SUPERSEDED,
        f"The order {task.id} came too late.",
        "A newer order for the same client has been accepted on this host since.",
        "Nothing was changed. 'lectl operations list' shows the newer one.",
    )


def unexpected(client: str, expected: str, running: str) -> RefusedError:
    return _refused(
        FailureCode.CONFLICT,
        f"The stack of {client} does not run release {expected}.",
        f"It runs {running}: somebody changed it since this was planned.",
        "Nothing was changed. Plan anew.",
    )


def tried_before(release: str) -> RefusedError:
    return _refused(
        FailureCode.GATE,
        f"Release {release} was taken back here before.",
        "A release is rolled back automatically once at most.",
        "Nothing was changed. Update to a newer release, or ask for this one again with --retry.",
    )


def never_healthy(release: str) -> RefusedError:
    return _refused(
        FailureCode.UNHEALTHY,
        f"The api of release {release} did not get healthy.",
        "This memory host was told so.",
        "Nothing was switched: what served before still serves.",
    )


def tripped(release: str, back_to: str) -> RefusedError:
    failure = Failure(
        code=FailureCode.GATE,
        what=f"Release {release} was taken back: a gate tripped.",
        why="This memory host was told so.",
        hint=f"Release {back_to} serves again.",
        rolled_back=True,
    )
    return RefusedError(failure)


def unfit(release: str, applied: str) -> RefusedError:
    return _refused(
        FailureCode.CONFLICT,
        f"Release {release} cannot run on the database as it is now.",
        f"Release {applied} took away what it needs.",
        "Nothing was changed. The way back is a recovery point from before that update.",
    )


def no_generation(client: str, wanted: int | None, kept: tuple[int, ...]) -> RefusedError:
    which = f"generation {wanted}" if wanted else "generation to go back to"
    return _refused(
        FailureCode.NOT_FOUND,
        f"There is no {which} of {client} on this host.",
        f"Kept are: {', '.join(map(str, kept)) or 'none'}.",
        "Nothing was changed. Choose one of those with --to.",
    )


def no_storage(target: str) -> RefusedError:
    return _refused(
        FailureCode.STORAGE,
        f"The storage {target} cannot be reached.",
        "This memory host was told so.",
        "See whether it is up, then run the command again.",
    )


def wrong_password(target: str) -> RefusedError:
    return _refused(
        FailureCode.STORAGE,
        f"The repository at {target} has another password.",
        "It belongs to a client of the same name, from before.",
        "Nothing was changed. Restore from it with its own recovery kit.",
    )


def corrupt(point: str, target: str) -> RefusedError:
    return _refused(
        FailureCode.CORRUPT,
        f"The recovery point {point} at {target} is not what was stored there.",
        "This memory host was told so.",
        "Nothing was replaced. Use another point, or another target with --from.",
    )


def only_adds(target: str) -> RefusedError:
    return _refused(
        FailureCode.REFUSED,
        f"This host cannot mend '{target}'.",
        "It may only add there, and mending removes what is damaged.",
        "Nothing was changed.",
    )


def more_is_lost(target: str, names: tuple[str, ...]) -> RefusedError:
    return _refused(
        FailureCode.CONFLICT,
        f"More is lost at '{target}' than was agreed to.",
        f"These cannot be read there: {', '.join(names)}.",
        "No point was forgotten. Look at the plan again, and repair again.",
    )


def no_point(client: str, point: str | None) -> RefusedError:
    which = f"recovery point {point}" if point else "recovery point"
    return _refused(
        FailureCode.NOT_FOUND,
        f"There is no {which} of {client}.",
        "None of its storages has it.",
        "'lectl backups' lists those there are.",
    )


def no_update_without(why: Failure) -> RefusedError:
    return _refused(
        FailureCode.BACKUP,
        "No recovery point could be taken before the update.",
        f"{why.what} {why.why}",
        "Nothing was changed. Mend the storage, or say --without-backup.",
    )


def no_targets(client: str) -> RefusedError:
    return _refused(
        FailureCode.INVALID,
        f"{client} has nowhere to put a recovery point.",
        "Its policy names no target.",
        "Name one: lectl config set backup.targets=NAMES CLIENT",
    )


def failed_somewhere(client: str, failures: dict[str, str], good: int) -> RefusedError:
    places = "; ".join(f"{name}: {why}" for name, why in failures.items())
    return _refused(
        FailureCode.STORAGE,
        f"The recovery point of {client} did not get everywhere.",
        f"{places} It is good at {good} of {good + len(failures)}.",
        "What is good stays and can be restored. Run the command again once the storage answers.",
    )


def no_recipients(client: str) -> RefusedError:
    return _refused(
        FailureCode.INVALID,
        f"There is nobody to seal the recovery kit of {client} to.",
        "Its policy names no recovery key.",
        "Make one: lectl recovery init FOLDER",
    )


def foreign_kit() -> RefusedError:
    return _refused(
        FailureCode.INVALID,
        "The recovery kit cannot be opened on this host.",
        "It was sealed to another one.",
        "Run the command again: it is sealed anew.",
    )


def frozen(client: str) -> RefusedError:
    return _refused(
        FailureCode.FROZEN,
        f"The stack of {client} is frozen on this host.",
        "It was moved away; what is here is the copy of before.",
        "Work on it where it lives now; 'lectl status' shows where.",
    )


def taken(client: str) -> RefusedError:
    return _refused(
        FailureCode.PORT_TAKEN,
        "Ports 80 and 443 of this host are taken.",
        f"The stack of {client} has them.",
        "Choose another host with --to.",
    )


def _refused(code: FailureCode, what: str, why: str, hint: str) -> RefusedError:
    return RefusedError(Failure(code=code, what=what, why=why, hint=hint))
