"""A publisher's desk for tests: two of three keys have to sign, each on a stick of its own."""

from dataclasses import dataclass
from pathlib import Path

from leadengine_ctl.releases.bundle import Draft
from leadengine_ctl.releases.decisions import add_release
from leadengine_ctl.releases.pending import Pending
from leadengine_ctl.releases.repository import Repository
from tests.unit.ctl.cli import Cli, Ran


@dataclass(frozen=True)
class Desk:
    """`lectl` of a publisher, and the folder where sticks are put in."""

    lectl: Cli
    sticks: Path

    @property
    def repository(self) -> Repository:
        return Repository(self.lectl.folder / "releases")

    def init(self) -> str:
        """Make the keys, spread them over three sticks; returns the fingerprint."""
        made = self.lectl("release", "init", str(self.sticks / "all"))
        assert made.code == 0, made.err
        for role in ("root", "targets"):
            for number, key in enumerate(sorted((self.sticks / "all").glob(f"{role}-*.pem")), 1):
                stick = self.sticks / str(number)
                stick.mkdir(exist_ok=True)
                key.rename(stick / key.name)
        return made.out.strip()

    def build(self, draft: Draft, channel: str = "stable") -> None:
        """What `release build` does once it has looked at the images."""
        add_release(Pending(self.repository), draft, (channel,))

    def sign(self, stick: int, *words: str) -> Ran:
        return self.lectl("release", "sign", *words, "--keys", str(self.sticks / str(stick)))

    def publish(self, *words: str) -> Ran:
        """Have two sign, then publish."""
        assert self.sign(1).code == 20
        assert self.sign(2).code == 0
        ran = self.lectl("release", "publish", *words)
        assert ran.code == 0, ran.err
        return ran
