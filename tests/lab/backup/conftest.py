"""A stack with a local backup target, shared by the tests of one module."""

import pytest

from tests.lab.backup.protected import FOLDER, LOCAL, Protected
from tests.lab.operator import Operator
from tests.lab.stack import Stack
from tests.lab.vps import Vps


@pytest.fixture(scope="module")
def protected(lab_operator: Operator, stocked_vps: Vps) -> Protected:
    """A live client whose points go to a folder of its host."""
    client, domain = "vault", "leads.vault.internal"
    ended = lab_operator.deploy(stocked_vps, client, domain)
    assert ended.code == 0, ended.text
    found = Protected(Stack(stocked_vps, client, domain))
    stocked_vps.run("mkdir", "-p", FOLDER)
    found.protect(LOCAL)
    return found
