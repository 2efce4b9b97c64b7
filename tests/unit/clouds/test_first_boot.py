"""What a new server is told: values stay values, whatever is in them."""

import io

import paramiko
import pytest
import yaml

from leadengine_ctl.operations.servers.first_boot import make_host_key, user_data
from tests.unit.ctl.hostile import PAYLOADS


def test_the_text_is_cloud_config_with_both_halves_of_one_key() -> None:
    key = make_host_key()
    text = user_data("web1", key, "ssh-ed25519 AAAA me")
    assert text.startswith("#cloud-config\n")
    read = yaml.safe_load(text)
    assert read["ssh_authorized_keys"] == ["ssh-ed25519 AAAA me"]
    assert (read["hostname"], read["ssh_pwauth"]) == ("web1", False)
    assert read["ssh_keys"]["ed25519_public"] == key.public
    private = read["ssh_keys"]["ed25519_private"]
    loaded = paramiko.Ed25519Key.from_private_key(io.StringIO(private))
    assert f"{loaded.get_name()} {loaded.get_base64()}" == key.public


@pytest.mark.parametrize("payload", [each for each in PAYLOADS if "\ud800" not in each][:70])
def test_no_value_becomes_structure(payload: str) -> None:
    read = yaml.safe_load(user_data(payload, make_host_key(), payload))
    assert set(read) == set(yaml.safe_load(user_data("a", make_host_key(), "b")))
    assert read["hostname"] == payload
    assert read["ssh_authorized_keys"] == [payload]


def test_the_key_is_in_no_representation() -> None:
    key = make_host_key()
    assert "PRIVATE" not in repr(key)
