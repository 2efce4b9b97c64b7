"""lectl config and lectl rollback: what is set for a client, and the way back."""

import pytest

from tests.unit.ctl.fleet import QUICK, Fleet


@pytest.fixture
def two(fleet: Fleet) -> Fleet:
    fleet.add("acme", "beta")
    return fleet


def test_a_change_goes_out_in_waves_and_a_deploy_keeps_it(two: Fleet) -> None:
    ran = two.lectl("config", "set", "brand.primary=#123456", "mail.port=465", "--all", *QUICK)
    assert ran.code == 0, ran.err
    assert "2 to change in waves of 1 + 1." in ran.err
    assert two.states() == {"acme": "updated", "beta": "updated"}
    for name in ("acme", "beta"):
        spec = two.host(name).stacks[name].spec
        assert (spec.brand.primary, spec.mail.port) == ("#123456", 465)
        assert two.activations(name) == 2
    assert two.lectl("deploy", "acme", "acme.test").code == 0
    assert two.host("acme").stacks["acme"].spec.brand.primary == "#123456"


def test_a_change_that_does_no_good_stops_in_its_wave_and_is_not_kept(two: Fleet) -> None:
    two.order_faults("acme", gate=["1.0.0"])
    ran = two.lectl("config", "set", "brand.primary=#123456", "--all", *QUICK)
    assert ran.code == 3
    assert two.states() == {"acme": "rolled-back", "beta": "skipped"}
    assert two.world.store.clients.get("acme").spec.brand.primary == "#0B8C00"
    assert two.world.store.clients.get("acme").config == {}


def test_what_is_set_is_shown_and_an_empty_value_takes_it_back(two: Fleet) -> None:
    two.lectl("config", "set", "mail.host=smtp.acme.test", "window=daily 01:00-02:00 UTC", "acme",
              "--window", "ignore", *QUICK)  # fmt: skip
    shown = two.lectl("config", "show", "acme").out
    rows = [line.split(maxsplit=1) for line in shown.splitlines()]
    found = {key: " ".join(rest.split()) for key, rest in rows}
    assert found["mail.host"] == "smtp.acme.test client"
    assert found["window"] == "daily 01:00-02:00 UTC client"
    two.lectl("config", "set", "mail.host=", "window=", "acme", *QUICK)
    found = two.lectl("config", "show", "acme", "--json").json[0]["config"]
    assert found["mail.host"] == {"value": "", "origin": ""}
    assert found["window"] == {"value": "", "origin": ""}


def test_the_language_model_is_set_for_one_client_and_a_deploy_keeps_it(
    two: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLM_MONTHLY_BUDGET", "40")
    monkeypatch.setenv("LLM_API_KEY", "canary")
    two.lectl("deploy", "beta", "beta.test")
    ran = two.lectl("config", "set", "llm.model=claude-sonnet-5-5", "llm.monthly_budget=75.50",
                    'llm.prices={"claude-sonnet-5-5": [2, 10]}', "acme", *QUICK)  # fmt: skip
    assert ran.code == 0, ran.err
    assert two.lectl("deploy", "acme", "acme.test").code == 0
    mine, other = (two.host(name).stacks[name].spec.llm for name in ("acme", "beta"))
    assert (mine.model, mine.monthly_budget) == ("claude-sonnet-5-5", "75.50")
    assert mine.prices == '{"claude-sonnet-5-5": [2, 10]}'
    assert (other.model, other.monthly_budget) == (None, "40")
    two.lectl("config", "set", "llm.monthly_budget=", "acme", *QUICK)
    assert two.host("acme").stacks["acme"].spec.llm.monthly_budget == "40"


def test_who_is_configured_so_already_is_left_alone(two: Fleet) -> None:
    two.lectl("config", "set", "brand.primary=#123456", "acme", *QUICK)
    ran = two.lectl("config", "set", "brand.primary=#123456", "--all", "--plan")
    assert "is configured so already" in ran.out
    assert "1     beta" in ran.out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("colour=red", "acme"), "There is no key 'colour' to set."),
        (("acme",), "Nothing is set."),
        (("brand.primary=red", "acme"), "brand.primary: String should match pattern"),
        (("brand.primary=#123456",), "It is not clear whom this is for."),
        (("window=later", "acme"), "window: a window is days, hours and a time zone"),
        (("channel=No One", "acme"), "channel: a client name has"),
        (("email=", "acme"), "email: an e-mail address looks like"),
        (("mail.port=smtp", "acme"), "mail.port: Input should be a valid integer"),
    ],
)
def test_what_cannot_be_set_is_refused(two: Fleet, words: tuple[str, ...], sentence: str) -> None:
    refused = two.lectl("config", "set", *words)
    assert refused.code == 2
    assert sentence in refused.err
    assert two.world.store.rollouts.recent(1) == ()


def test_a_rollback_brings_release_and_configuration_back(two: Fleet) -> None:
    two.publish("1.1.0")
    two.lectl("config", "set", "brand.primary=#123456", "acme", *QUICK)
    two.update("acme")
    ran = two.lectl("rollback", "acme")
    assert ran.code == 0, ran.err
    assert "acme runs release 1.0.0 (generation 4).\n" in ran.err
    assert two.world.store.clients.get("acme").release == "1.0.0"
    first = two.lectl("rollback", "acme", "--to", "1", "--json").json[-1]
    assert (first["stack"]["release"], first["generation"]) == ("1.0.0", 5)
    record = two.world.store.clients.get("acme")
    assert (record.spec.brand.primary, record.config) == ("#0B8C00", {})


def test_a_rollback_that_the_schema_forbids_is_refused(two: Fleet) -> None:
    schema = {"lineage": ["0001", "0002"], "contract": ["0002"], "oldest_compatible": "0002"}
    two.publish("2.0.0", database=schema)
    assert two.update("acme").code == 0
    refused = two.lectl("rollback", "acme")
    assert refused.code == 12
    assert "Release 1.0.0 cannot run on the database as it is now" in refused.err
    assert "recovery point" in refused.err
    assert two.runs("acme") == "2.0.0"


def test_there_is_no_way_back_from_the_first_generation(two: Fleet) -> None:
    refused = two.lectl("rollback", "acme")
    assert refused.code == 10
    assert "There is no generation to go back to of acme on this host" in refused.err
    assert two.lectl("rollback", "nobody").code == 10
