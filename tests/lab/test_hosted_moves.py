"""A hosted client gets a stack of its own on another host, and comes back: killed once each way."""

# ruff: noqa: S608 - statements of the tests themselves

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from tests.lab.conftest import MakeVps
from tests.lab.names import Names
from tests.lab.operator import (
    Ended,
    Operator,
    fingerprint,
    wait_until,
)
from tests.lab.runtime.sending import body, fresh
from tests.lab.runtime.stack import CLIENT_ID
from tests.lab.stack import Stack
from tests.lab.vps import Vps

pytestmark = pytest.mark.soak

CLOUD, OWN = "cloud.le.test", "leads.acme.test"
APP, CDN = f"app.{CLOUD}", f"cdn.{CLOUD}"
ROWS = """
INSERT INTO leads (tenant_id, id, email, name, first_seen_at, last_seen_at)
SELECT id, gen_random_uuid(), 'lead' || n || '@a.test', 'n', now(), now()
FROM tenants, generate_series(1, 2000) n WHERE client_id = '{0}';
INSERT INTO visits (tenant_id, id, visitor, started_at, last_seen_at, pages, landing_url,
  landing_title, referrer)
SELECT id, gen_random_uuid(), md5(n::text), now(), now(), 2, repeat('https://a.test/' || md5(n::text), 20),
  '', '' FROM tenants, generate_series(1, 40000) n WHERE client_id = '{0}';
"""
"""More than one piece of a parcel."""
SUMS = """
SELECT (SELECT count(*) || md5(string_agg(message_id::text || url, ',' ORDER BY message_id)) FROM events e
        WHERE e.tenant_id = t.id) || ' ' ||
       (SELECT count(*) || md5(string_agg(id::text || email, ',' ORDER BY id)) FROM leads l
        WHERE l.tenant_id = t.id) || ' ' ||
       (SELECT count(*) || md5(string_agg(id::text || landing_url, ',' ORDER BY id)) FROM visits v
        WHERE v.tenant_id = t.id) || ' ' ||
       (SELECT md5(string_agg(id::text || email || password_hash, ',' ORDER BY id)) FROM users u
        WHERE u.tenant_id = t.id)
FROM tenants t WHERE client_id = '{0}'
"""


@dataclass(frozen=True)
class Pair:
    """A hosted stack with acme in it, and a host with room for a stack of acme's own."""

    operator: Operator
    cloud: Stack
    other: Vps
    client_id: str

    @property
    def own(self) -> Stack:
        return Stack(self.other, "acme", OWN)

    def sums(self, stack: Stack) -> str:
        """What acme's rows come to, by the database's own means."""
        return stack.query(SUMS.format(self.client_id))

    def at(self, stack: Stack, name: str, path: str) -> httpx.Response:
        return Stack(stack.vps, stack.client, name).get(path)

    def send(self, stack: Stack, name: str, path: str) -> int:
        """One event of acme's website."""
        sent = body(fresh(), url="https://www.acme.test/a").replace(CLIENT_ID, self.client_id)
        with Stack(stack.vps, stack.client, name).visitor() as visitor:
            return visitor.post(f"https://{stack.vps.address}{path}", content=sent).status_code

    def moved(self, *words: str, step: str) -> Ended:
        """Killed after a step, and given again."""
        words = ("move", "acme", *words, "--yes", "--json")
        killed = self.operator.with_settings(LECTL_FAILPOINT=f"carry-client.{step}:after")
        assert killed.lectl(*words).code == -9
        ended = self.operator.lectl(*words)
        assert ended.code == 0, ended.text
        return ended


@pytest.fixture(scope="module")
def pair(lab_operator: Operator, make_stocked_vps: MakeVps, names: Names) -> Iterator[Pair]:
    here, other = make_stocked_vps(), make_stocked_vps()
    for name, vps in ((APP, here), (CDN, here), (OWN, other)):
        names.point(name, vps.address, vps.address6)
    operator = lab_operator
    words = ("--host", here.url, "--host-key", fingerprint(here), "--json")
    operator.must("cloud", "create", CLOUD, f"ops@{CLOUD}", *words)
    made = operator.must("tenant", "create", "acme", "www.acme.test", "ann@acme.test", "--json")
    cloud = Stack(here, "cloud", APP)
    client_id = made.result["client_id"]
    cloud.query(ROWS.format(client_id))
    yield Pair(operator, cloud, other, client_id)
    for vps in (here, other):
        vps.remove()


def test_it_moves_out_and_comes_back_with_every_row(pair: Pair) -> None:
    """N = one each way; each is killed once on its way."""
    assert pair.send(pair.cloud, CDN, f"/{pair.client_id}/v1/events") == 202
    words = ("--to", "dedicated", "--domain", OWN, "--host", pair.other.url)
    out = pair.moved(*words, "--host-key", fingerprint(pair.other), step="close")
    rows = sum(each["rows"] for each in out.result["tables"].values())
    print(f"moved out: {rows} rows")  # noqa: T201 - the figure is the point
    assert rows > 42_000
    assert pair.sums(pair.own) == pair.sums(pair.cloud)
    assert pair.at(pair.own, OWN, "/sign-in").status_code == 200
    assert pair.at(pair.cloud, APP, "/acme/sign-in").status_code == 403
    assert pair.send(pair.own, OWN, "/v1/events") == 202
    before = pair.sums(pair.cloud)
    # Not waited for: what was accepted a moment ago has to come along.
    pair.moved("--to", "hosted", step="carry")
    assert pair.sums(pair.cloud) != before
    events = (
        "SELECT count(*) FROM events e JOIN tenants t ON t.id = e.tenant_id"
        f" WHERE client_id = '{pair.client_id}'"
    )
    assert pair.cloud.query(events) == "2"
    wait_until(lambda: pair.at(pair.cloud, APP, "/acme/sign-in").status_code == 200, 20)
    running = [each["State"]["Running"] for each in pair.own.containers().values()]
    assert running
    assert not any(running), "it is kept, frozen"


def test_no_parcel_is_left_on_either_host(pair: Pair) -> None:
    for vps in (pair.cloud.vps, pair.other):
        found = vps.run("find", "/var/lib/leadengine/stacks", "-name", "*.gz", "-size", "+0").stdout
        assert found == ""
