"""What the panel knows, for Prometheus. Asked with a token, like everything else."""

import time
from collections import Counter

from fastapi import APIRouter
from starlette.responses import PlainTextResponse

from leadengine_ctl.operations.alerting import DUTY
from leadengine_ctl.panel.desk import Desk
from leadengine_ctl.panel.door.visitor import Signed
from leadengine_ctl.panel.request import DeskOf
from leadengine_ctl.planning.health import Health, silence

router = APIRouter(include_in_schema=False)

_KIND = "text/plain; version=0.0.4; charset=utf-8"
Sample = tuple[str, dict[str, str], float]


@router.get("/metrics")
def metrics(desk: DeskOf, visitor: Signed) -> PlainTextResponse:
    """All gauges, by client where that is asked for by alert rules."""
    families = (*_fleet(desk), *_clients(desk), *_panel(desk))
    return PlainTextResponse("".join(map(_text, families)), media_type=_KIND)


def _fleet(desk: Desk) -> list[tuple[str, str, list[Sample]]]:
    rows, now = desk.index.rows(), time.time()
    healths = Counter(row.health for row in rows)
    said = desk.index.everything_said().values()
    reporting = sum(not silence(each.word, now) for each in said)
    return [
        (
            "leadengine_clients",
            "Clients by health.",
            [("", {"health": health.value}, healths[health]) for health in Health],
        ),
        ("leadengine_hosts_reporting", "Hosts whose agent reports.", [("", {}, reporting)]),
        ("leadengine_hosts_known", "Hosts whose agent ever reported.", [("", {}, len(said))]),
    ]


def _clients(desk: Desk) -> list[tuple[str, str, list[Sample]]]:
    rows, now = desk.index.rows(), time.time()
    certificates: list[Sample] = []
    points: list[Sample] = []
    visitors: list[Sample] = []
    for row in rows:
        labels = {"client": row.slug}
        if row.certificate_days is not None:
            certificates.append(("", labels, row.certificate_days * 86_400))
        if row.point is not None:
            points.append(("", labels, now - row.point))
        visitors.append(("", labels, row.used.visitors))
    return [
        ("leadengine_certificate_seconds", "Seconds until a certificate ends.", certificates),
        ("leadengine_recovery_point_age_seconds", "Age of the newest verified backup.", points),
        ("leadengine_visitors_7d", "Visitors of the last seven days.", visitors),
    ]


def _panel(desk: Desk) -> list[tuple[str, str, list[Sample]]]:
    store = desk.world.store
    counts = store.overview.operation_counts()
    looked = store.duties.last_done(DUTY)
    incidents = Counter(each.severity for each in store.alerts.open_incidents())
    return [
        (
            "leadengine_operations",
            "Operations by state, of all time.",
            [("", {"state": state}, number) for state, number in counts.items()],
        ),
        ("leadengine_jobs_open", "Jobs that wait or run.", [("", {}, store.jobs.count_open())]),
        (
            "leadengine_incidents_open",
            "Incidents that are open.",
            [("", {"severity": name}, incidents[name]) for name in ("critical", "warning")],
        ),
        (
            "leadengine_watch_age_seconds",
            "Seconds since the watch last looked.",
            [("", {}, time.time() - looked)] if looked else [],
        ),
    ]


def _text(family: tuple[str, str, list[Sample]]) -> str:
    name, meaning, samples = family
    lines = [f"# HELP {name} {meaning}", f"# TYPE {name} gauge"]
    lines += [f"{name}{_labels(labels)} {value:g}" for _, labels, value in samples]
    return "\n".join(lines) + "\n"


def _labels(labels: dict[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items()) + "}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
