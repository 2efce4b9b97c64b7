"""The machines of one hosted stack, and who made them."""

import json
from dataclasses import dataclass

import httpx

from tests.lab.container import Container
from tests.lab.operator import Ended, Operator
from tests.lab.stack import Stack

DOMAIN = "cloud.le.test"
APP = f"app.{DOMAIN}"


@dataclass(frozen=True)
class Machine(Stack):
    """One of them; what it stored is asked of the database that it shares."""

    db: Container

    def query(self, sql: str) -> str:
        words = ("psql", "-U", "le", "-d", "managed", "-Atc", sql)
        return self.db.run(*words).stdout.strip()


@dataclass(frozen=True)
class Machines:
    """All of them, and who made them."""

    operator: Operator
    all: tuple[Machine, ...]
    refused: Ended
    """How the first one ended while a strange authority was named for database and Redis."""

    @property
    def first(self) -> Machine:
        return self.all[0]

    @property
    def last(self) -> Machine:
        return self.all[-1]

    def lectl(self, *words: str) -> str:
        ended = self.operator.lectl(*words)
        assert ended.code == 0, ended.text
        return ended.text

    def runs(self) -> dict[str, str]:
        """What each machine runs, asked of it."""
        ended = self.operator.must("status", "--json")
        return {each["client"]: each["stack"]["release"] for each in ended.result["clients"]}

    def addresses(self) -> set[str]:
        """Where the clients' name leads, by the zone that lectl keeps."""
        rows = json.loads((self.operator.data / "memory" / "dns.json").read_text())
        return {value for name, kind, value in rows if (name, kind) == (APP, "A")}

    def answer(self) -> None:
        """As a browser asks: one address after the other."""
        for machine in reversed(self.all):
            try:
                answer = machine.get("/acme/sign-in")
            except httpx.TransportError:
                continue
            assert answer.status_code == 200
            return
        raise AssertionError("none answers")
