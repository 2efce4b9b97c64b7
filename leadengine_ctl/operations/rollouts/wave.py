"""Work on the clients of a wave: several hosts at once, the clients of one host one by one."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait

from leadengine_ctl.fleet.records import TargetRecord
from leadengine_ctl.operations.rollouts.client import bring
from leadengine_ctl.operations.rollouts.crew import Crew, Halted


def run_wave(crew: Crew, targets: Iterable[TargetRecord]) -> None:
    """Update these clients; ends early once more have failed than may.

    Raises:
        Halted: somebody asked for it; what was begun has ended.
        LockedError: another process has taken over.
    """

    def work(target: TargetRecord) -> None:
        if not crew.over_budget():
            crew.halt_if_asked()
            bring(crew, target)

    each_host(crew, targets, work)


def each_host(
    crew: Crew, targets: Iterable[TargetRecord], work: Callable[[TargetRecord], None]
) -> None:
    """Do something to each client, with as many hosts at once as were asked for."""
    hosts: dict[str, list[TargetRecord]] = defaultdict(list)
    for target in targets:
        hosts[target.host].append(target)

    def serve(mine: list[TargetRecord]) -> None:
        for target in mine:
            if not crew.broken.is_set():
                work(target)

    pool = ThreadPoolExecutor(crew.request.parallel, thread_name_prefix="rollout")
    try:
        futures = [pool.submit(serve, mine) for mine in hosts.values()]
        done, _ = wait(futures, return_when=FIRST_EXCEPTION)
        errors = [error for error in (each.exception() for each in done) if error]
        if errors:
            crew.broken.set()
            wait(futures)
            raise next((each for each in errors if not isinstance(each, Halted)), errors[0])
    except KeyboardInterrupt:
        crew.broken.set()
        raise
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
