"""A repository is known again, and only locks of our own are removed; restic's words as it prints them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from leadengine_agent.backup import restic
from leadengine_agent.backup.errors import NO_REPOSITORY, ResticError
from leadengine_agent.backup.home import BackupHome
from leadengine_agent.backup.repository import open_repository
from leadengine_agent.failures import TaskFailure
from leadengine_agent.layout import HostLayout
from leadengine_agent.protocol import FailureCode, LocalTarget

TARGET = LocalTarget(folder="/mnt/backup")
LOCK = "a" * 64


class Storage:
    """What restic would say of a storage, with the line breaks it makes."""

    def __init__(self) -> None:
        self.identity = ""
        self.holder = ""
        self.ran: list[str] = []

    def answer(self, words: tuple[str, ...]) -> str:
        command = " ".join(words)
        self.ran.append(command)
        if command.startswith("init"):
            self.identity = "1" * 64
        elif not self.identity:
            raise ResticError(NO_REPOSITORY, ("Fatal: repository does not exist",))
        elif command.startswith("cat config"):
            return json.dumps({"version": 2, "id": self.identity}, indent=2)
        elif command.startswith("list locks"):
            return f"{LOCK}\n" if self.holder else ""
        elif command.startswith("cat lock"):
            return json.dumps({"hostname": self.holder, "pid": 7}, indent=2)
        return ""


@pytest.fixture
def storage(monkeypatch: pytest.MonkeyPatch) -> Storage:
    found = Storage()

    def run(argv: tuple[str, ...], *_: object) -> str:
        return found.answer(argv[argv.index("--quiet") + 1 :])

    monkeypatch.setattr(restic, "_run", run)
    monkeypatch.setenv("LEADENGINE_AGENT_IMAGE", "agent")
    monkeypatch.setattr("leadengine_agent.docker.docker", lambda *_words, **_more: "")
    return found


@pytest.fixture
def home(tmp_path: Path) -> BackupHome:
    found = BackupHome(HostLayout(tmp_path), "acme")
    found.prepare("0" * 24)
    return found


def opening(home: BackupHome) -> Callable[[], None]:
    return open_repository(home, TARGET).open


def test_it_is_made_once(storage: Storage, home: BackupHome) -> None:
    opening(home)()
    opening(home)()
    assert sum(words.startswith("init") for words in storage.ran) == 1
    assert home.note("repository-local")["id"] == "1" * 64


def test_one_that_is_gone_is_not_made_anew(storage: Storage, home: BackupHome) -> None:
    opening(home)()
    storage.identity = ""
    with pytest.raises(TaskFailure) as caught:
        opening(home)()
    assert caught.value.failure.code is FailureCode.STORAGE
    assert "not mounted" in caught.value.failure.why


def test_one_that_was_replaced_is_told(storage: Storage, home: BackupHome) -> None:
    opening(home)()
    storage.identity = "2" * 64
    with pytest.raises(TaskFailure) as caught:
        opening(home)()
    assert caught.value.failure.code is FailureCode.CORRUPT


@pytest.mark.parametrize(
    ("holder", "wanted"),
    [("", ""), ("leadengine-acme", "unlock --remove-all"), ("an operator", "unlock")],
)
def test_a_killed_run_is_unlocked_and_nobody_else(
    storage: Storage, home: BackupHome, holder: str, wanted: str
) -> None:
    opening(home)()
    storage.holder = holder
    opening(home)()
    assert [words for words in storage.ran if words.startswith("unlock")] == [wanted][
        : bool(wanted)
    ]


def test_after_a_good_end_nobody_looks_for_locks(storage: Storage, home: BackupHome) -> None:
    repository = open_repository(home, TARGET)
    repository.open()
    repository.close()
    repository.open()
    assert not [words for words in storage.ran if words.startswith("list locks")]


def test_what_restic_packs_into_an_object_is_told_as_a_sentence() -> None:
    lines = (
        '{"message_type":"error","error":{"message":"tree 19c8 could not be loaded"},"during":"archival"}',
        '{"message_type":"exit_error","code":1,"message":"Fatal: unable to save snapshot"}',
        "a line as it is",
        "[1, 2]",
    )
    error = ResticError(1, lines)
    assert error.lines == (
        "error: tree 19c8 could not be loaded",
        "Fatal: unable to save snapshot",
        "a line as it is",
        "[1, 2]",
    )
    assert str(error) == "error: tree 19c8 could not be loaded"
