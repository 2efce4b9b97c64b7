"""What a client's page says of its settings."""

from leadengine_ctl.fleet.panel_records import Role
from leadengine_ctl.operations.configuring import POLICY_KEYS, SPEC_KEYS
from leadengine_ctl.panel.clients.settings import GROUPS
from tests.unit.ctl.fleet import Fleet
from tests.unit.panel.visitors import Panel


def test_every_key_that_can_be_set_has_a_field_with_a_sentence_once() -> None:
    found = [each for group in GROUPS for each in group.settings]
    assert sorted(each.key for each in found) == sorted((*SPEC_KEYS, *POLICY_KEYS))
    assert [each.key for each in found if not each.hint.endswith((".", "…"))] == []


def test_the_page_says_what_each_field_does_and_what_was_set_for_this_client(
    fleet: Fleet, panel: Panel
) -> None:
    fleet.add("acme")
    assert fleet.lectl("config", "set", "hold=their fair is on", "acme", "--yes").code == 0
    page = panel.browser(Role.OPERATOR).get("/clients/acme").text
    assert "Why rollouts leave it alone" in page
    assert 'aria-describedby="about-hold"' in page
    assert '<option value="daily" selected>' in page
    assert "their fair is on" in page
    assert page.count("1 set for this client") == 1
