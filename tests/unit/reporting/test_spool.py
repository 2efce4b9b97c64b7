"""The spool: weeks without the panel fit in, and what must not be lost is not."""

from pathlib import Path

from leadengine_agent.reporter.spool import Spool
from tests.unit.reporting.agents import an_event

DAY = 86_400


def test_a_small_spool_lets_go_of_health_first_and_never_of_audit_and_backups(
    tmp_path: Path,
) -> None:
    spool = Spool(tmp_path / "spool", largest=1_500_000)
    kinds = ("audit", "health", "backup", "agent")
    for begin in range(0, 12_000, 500):
        spool.look(well=True, disk_free=1, memory_free=1, at=1_700_000_000 + begin * 900)
        spool.take(
            [
                an_event(number, kinds[number % 4], detail="x" * 80)
                for number in range(begin, begin + 500)
            ]
        )
    kept = [
        row[0] for row in spool._database.execute("SELECT kind FROM events ORDER BY seq").fetchall()
    ]
    assert kept.count("audit") == kept.count("backup") == 3_000
    assert kept.count("health") + kept.count("agent") < 6_000
    assert spool._database.execute("SELECT count(*) FROM health").fetchone()[0] == 0


def test_weeks_of_health_are_merged_before_anything_is_dropped(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    start = 1_700_000_000 // 21_600 * 21_600
    for number in range(0, 45 * 96, 8):
        spool.look(well=number % 16 == 0, disk_free=number, memory_free=7, at=start + number * 900)
    spool.thin(now=start + 46 * DAY)
    pieces = spool.chunk().health
    assert len(pieces) == 45 * 4
    assert {piece["span"] for piece in pieces} == {21_600}
    assert sum(piece["samples"] for piece in pieces) == 540
    assert sum(piece["well"] for piece in pieces) == 270


def test_only_what_was_acknowledged_and_sent_is_let_go(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.take([an_event(number) for number in range(1, 11)])
    chunk = spool.chunk(4)
    spool.done(chunk, 3)
    assert [event["seq"] for event in spool.chunk().events] == [4, 5, 6, 7, 8, 9, 10]
    # A panel that acknowledges what it never got cannot make the agent forget it.
    spool.done(spool.chunk(2), 1_000_000)
    assert [event["seq"] for event in spool.chunk().events] == [6, 7, 8, 9, 10]


def test_numbers_go_on_after_everything_was_delivered_and_the_agent_restarted(
    tmp_path: Path,
) -> None:
    spool = Spool(tmp_path / "spool")
    spool.take([an_event(1), an_event(2)])
    spool.done(spool.chunk(), 2)
    spool.close()
    again = Spool(tmp_path / "spool")
    again.take([an_event(3)])
    assert again.boot == spool.boot
    assert [event["seq"] for event in again.chunk().events] == [3]
    assert again.chunk().number > 1


def test_a_chunk_fits_into_what_the_panel_reads(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.take([an_event(number, detail="ü" * 500) for number in range(1, 1_000)])
    sent = 0
    while events := spool.chunk().events:
        assert sum(len(str(event).encode()) for event in events) < 400_000
        sent += len(events)
        spool.done(spool.chunk(), events[-1]["seq"])
    assert sent == 999
