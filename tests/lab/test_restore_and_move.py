"""A client comes back: in place, beside itself, on another host, and when host and store are gone.

One story on three hosts: each test goes on from where the one before left the client.
"""

# ruff: noqa: S608 - statements of the tests themselves

import json
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.lab.conftest import MakeVps
from tests.lab.object_storage import KEY_ID, SECRET, ObjectStorage, object_storage
from tests.lab.operator import Ended, Operator, fingerprint, wait_until
from tests.lab.run import Run
from tests.lab.stack import Stack
from tests.lab.vps import Vps

pytestmark = pytest.mark.soak

CLIENT, DOMAIN = "acme", "leads.acme.internal"
BUCKET = "acme-points"
FIGURES = Path("build/restore")
"""What was measured, for whoever wants to know how long it takes."""


@dataclass
class Story:
    """The operator's desk, the storage, and where the client lives now."""

    operator: Operator
    storage: ObjectStorage
    stack: Stack
    client_id: str
    stick: Path
    hosts: list[Vps] = field(default_factory=list)

    def result(self, *words: str) -> Ended:
        return self.operator.must(*words, "--json", timeout=1500)

    def note(self, text: str) -> None:
        """Write something that is not there elsewhere."""
        self.stack.query("CREATE TABLE IF NOT EXISTS lab_notes (line text PRIMARY KEY)")
        self.stack.query(f"INSERT INTO lab_notes VALUES ('{text}')")

    def at(self, vps: Vps, client: str = CLIENT, domain: str = DOMAIN) -> Stack:
        return Stack(vps, client, domain)


@pytest.fixture(scope="module")
def storage(run: Run) -> Iterator[ObjectStorage]:
    with object_storage(run.gateway) as opened:
        yield opened


@pytest.fixture(scope="module")
def story(
    lab_operator: Operator, storage: ObjectStorage, make_stocked_vps: MakeVps
) -> Iterator[Story]:
    """A client on its host, with a storage outside and a recovery key."""
    host, stick = make_stocked_vps(), lab_operator.home / "recovery-stick"
    operator = lab_operator.with_settings(LECTL_STORAGE_SECRET=SECRET)
    operator.must("recovery", "init", str(stick))
    operator.must("storage", "add", "lab", storage.bucket(BUCKET), "--user", KEY_ID)
    ended = operator.deploy(host, CLIENT, DOMAIN)
    assert ended.code == 0, ended.text
    FIGURES.mkdir(parents=True, exist_ok=True)
    story = Story(
        operator, storage, Stack(host, CLIENT, DOMAIN), ended.result["client_id"], stick, [host]
    )
    yield story
    for vps in story.hosts:
        vps.remove()


@pytest.fixture(scope="module")
def other(story: Story, make_stocked_vps: MakeVps) -> Vps:
    """Another host, with nothing on it yet."""
    vps = make_stocked_vps()
    story.hosts.append(vps)
    return vps


def notes(stack: Stack) -> set[str]:
    return set(stack.query("SELECT line FROM lab_notes").split())


def test_damaged_data_comes_back_in_place_and_the_restore_can_be_undone(story: Story) -> None:
    story.note("monday")
    point = story.result("backup", CLIENT).result["point"]
    assert {copy["target"]: copy["good"] for copy in point["copies"]} == {
        "local": True,
        "lab": True,
    }
    assert story.storage.objects(BUCKET) > 3
    story.stack.query("TRUNCATE lab_notes")
    story.note("tuesday")
    assert notes(story.stack) == {"tuesday"}
    result = story.result("restore", CLIENT, point["id"], "--yes").result
    assert result["changed"]
    assert result["undo"]
    assert notes(story.stack) == {"monday"}
    assert story.stack.get("/readyz").status_code == 200
    story.result("restore", CLIENT, "--undo", "--yes")
    assert notes(story.stack) == {"tuesday"}
    status = story.operator.must("status", "--json").result["clients"][0]
    assert (status["green"], status["backup"]["condition"]) == (True, "good")


def test_a_copy_comes_to_life_on_another_host_beside_the_live_one(story: Story, other: Vps) -> None:
    story.note("copied")
    story.result("backup", CLIENT)
    before = story.stack.runtimes()
    story.result(
        "restore",
        CLIENT,
        "--as",
        "acme-copy",
        "--to",
        other.url,
        "--host-key",
        fingerprint(other),
        "--yes",
    )
    copy = story.at(other, "acme-copy", "acme-copy.internal")
    assert "copied" in notes(copy)
    assert copy.get("/readyz").status_code == 200
    assert copy.query("SELECT client_id FROM tenants") != story.client_id
    assert story.stack.runtimes() == before
    story.operator.must("destroy", "acme-copy", "--confirm", "acme-copy")
    assert copy.containers() == {}


@dataclass
class Website:
    """A website whose visitors send events to whoever answers for the domain.

    Attributes:
        accepted: the events that were promised, by the host that promised.
        lost: how often nobody took one.
    """

    places: list[Stack]
    client_id: str
    accepted: dict[str, list[str]] = field(default_factory=dict)
    lost: int = 0

    @contextmanager
    def busy(self) -> Iterator["Website"]:
        over = threading.Event()

        def visit() -> None:
            while not over.wait(0.1):
                self.send()

        visitor = threading.Thread(target=visit)
        visitor.start()
        try:
            yield self
        finally:
            over.set()
            visitor.join()

    def send(self) -> None:
        """One page view, to the first place that takes it."""
        event, now = str(uuid4()), datetime.now(UTC).isoformat()
        page = {"type": "page", "timestamp": now, "url": "https://acme.test/", "title": "Acme"}
        body = {"client": self.client_id, "sentAt": now, "events": [{**page, "messageId": event}]}
        for stack in self.places:
            try:
                with stack.visitor() as visitor:
                    url = f"https://{stack.vps.address}/v1/events"
                    if visitor.post(url, content=json.dumps(body)).status_code == 202:
                        self.accepted.setdefault(stack.vps.address, []).append(event)
                        return
            except httpx.TransportError:
                continue
        self.lost += 1


def test_a_move_keeps_every_accepted_event_and_the_website_goes_on_being_answered(
    story: Story, other: Vps
) -> None:
    old, new = story.stack, story.at(other)
    story.note("moved")
    website = Website([old, new], story.client_id)
    with website.busy():
        wait_until(lambda: website.accepted, 60)
        began = time.monotonic()
        story.result("move", CLIENT, "--to", other.url, "--host-key", fingerprint(other), "--yes")
        wait_until(lambda: len(website.accepted.get(new.vps.address, [])) > 5, 60)
        seconds = time.monotonic() - began
    assert all(each["State"]["Running"] is False for each in old.containers().values())
    promised = {event for events in website.accepted.values() for event in events}
    wait_until(lambda: promised <= set(new.query("SELECT message_id FROM events").split()), 60)
    kept = new.query("SELECT message_id FROM events").split()
    assert len(kept) == len(set(kept))
    assert "moved" in notes(new)
    status = story.operator.must("status", "--json").result["clients"][0]
    assert (status["host"], status["green"]) == (new.vps.address, True)
    told = f"{seconds:.0f} s, {len(promised)} events kept, {website.lost} not taken by anybody\n"
    (FIGURES / "move.txt").write_text(told)
    story.stack = new


def test_host_and_store_are_gone_and_the_client_comes_back_from_kit_and_storage(
    story: Story,
    release_home: Path,
    make_stocked_vps: MakeVps,
    tmp_path: Path,
) -> None:
    """Promise B7. The releases are the publisher's; of the operator nothing is left but stick and kit."""
    kit, lost = tmp_path / "kit", story.stack.vps
    story.note("saved")
    story.result("backup", CLIENT)
    story.operator.must("recovery-kit", CLIENT, str(kit))
    lost.remove()
    shutil.rmtree(story.operator.data)
    story.hosts.remove(lost)
    fresh = make_stocked_vps()
    story.hosts.append(fresh)
    stranger = Operator(tmp_path / "stranger", story.operator.key)
    shutil.copytree(release_home / "data/releases", stranger.data / "releases")
    began = time.monotonic()
    ended = stranger.must(
        "restore", CLIENT, "--kit", str(kit), "--keys", str(story.stick), "--to", fresh.url,
        "--host-key", fingerprint(fresh), "--yes", "--json", timeout=1500,
    )  # fmt: skip
    (FIGURES / "from-kit.txt").write_text(f"{time.monotonic() - began:.0f} s\n")
    back = story.at(fresh)
    assert "saved" in notes(back)
    assert back.get("/readyz").status_code == 200
    assert back.query("SELECT client_id FROM tenants") == story.client_id
    assert ended.result["spec"]["domain"] == DOMAIN
    again = stranger.must("backup", CLIENT, "--json").result["point"]
    assert all(copy["good"] for copy in again["copies"])
    status = stranger.must("status", "--json").result["clients"][0]
    assert (status["green"], status["backup"]["condition"]) == (True, "good")
    text = "".join(path.read_text() for path in kit.iterdir())
    assert SECRET not in text
