"""Hostile words for every field of the command line: refused with one sentence, or kept as data."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path

from hypothesis import strategies as st

from leadengine_ctl.operations.base import World
from leadengine_ctl.services import FirstContact, build_world
from tests.unit.ctl.cli import Cli, Ran

PAYLOADS = (
    "", " ", "a b", ";id", "$(id)", "`id`", "|id", "&&id", "a;b", "${IFS}", "$HOME", "%0a", "\\",
    "'", '"', "a'b", 'a"b', "'; DROP TABLE clients; --", "{{7*7}}", "{% x %}", "${jndi:x}",
    "a: b", "- a", "&a", "*a", "!!python/object", "? a", "#x", "a #b", "[a]", "{a}", "~", "null",
    "A=B", "A\nB=C", "a\r\nX: y", "a\tb", "a\x00b", "\x1b[31mred", "\x1b]0;t\x07", "\x7f", "\x85",
    "\u2028", "\u2029", "\u202eevil", "\u2066x\u2069", "\u200b", "\ufeff", "\U000e0041", "e\u0301",
    "-", "--", "-o", "-oProxyCommand=id", "--privileged", "--yes", "-v/:/h", "@file", "/etc/passwd",
    "../../etc", "a/../b", "..", ".", "~root", "file:///etc/passwd", "http://169.254.169.254/",
    "ssh://-oProxyCommand=id@h", "ssh://root@-oProxyCommand=id", "ssh://a b@c", "ssh://root@h:0",
    "ssh://root@h:99999", "ssh://root@h/x", "memory://..", "memory://A", "server_name _;", "a;}",
    "xn--", "a..b", ".a.b", "a.b.", "*.acme.test", "a_b.test", "1.2.3.4", "[::1]", "acme.test:443",
    "<script>", "&lt;", "a" * 31, "a" * 300, "a." * 200 + "b", "x" * 100_000, "ä", "\u0430cme", "日本",
    "0", "-1", "00", "+1", "__proto__", "%s%n", "\\x00", "CON", "a\u200db", "1e9", "0x10", "inf", "\ud800",
)  # fmt: skip

words = st.one_of(
    st.sampled_from(PAYLOADS),
    st.text(max_size=60),
    st.builds("".join, st.lists(st.sampled_from(PAYLOADS[:-2]), min_size=2, max_size=3)),
    st.builds(lambda text: f"acme{text}", st.sampled_from(PAYLOADS)),
    st.builds(lambda text: f"leads.acme.test{text}", st.sampled_from(PAYLOADS)),
)

BASE = {
    "client": "acme",
    "domain": "leads.acme.test",
    "email": "ann@acme.test",
    "--host": "memory://one",
    "--plan": "dedicated",
    "--host-key": "SHA256:" + "a" * 43,
}

COMMANDS: dict[str, Callable[[str], tuple[str, ...]]] = {
    "status": lambda word: ("status", word),
    "logs client": lambda word: ("logs", word),
    "logs service": lambda word: ("logs", "acme", word),
    "logs lines": lambda word: ("logs", "acme", "--lines", word),
    "destroy": lambda word: ("destroy", word, "--confirm", word),
    "destroy confirm": lambda word: ("destroy", "acme", "--confirm", word),
    "show": lambda word: ("operations", "show", word),
    "resume": lambda word: ("operations", "resume", word),
    "doctor": lambda word: ("doctor", "--host", word),
    "host create": lambda word: ("host", "create", word, "--on", "memory:m2", "--dry-run"),
    "host create on": lambda word: ("host", "create", "web1", "--on", word, "--dry-run"),
    "host resize": lambda word: ("host", "resize", word, "m4", "--yes"),
    "host resize to": lambda word: ("host", "resize", "web1", word, "--yes"),
    "host delete": lambda word: ("host", "delete", word, "--yes"),
    "host drain": lambda word: ("host", "drain", word, "--because", word),
    "dns check": lambda word: ("dns", "check", word),
    "host remove": lambda word: ("host", "remove", word),
    "release version": lambda word: ("release", "build", "--version", word),
    "release registry": lambda word: ("release", "build", "--registry", word),
    "release channel": lambda word: ("release", "build", "--channel", word),
    "release show": lambda word: ("release", "show", word),
    "release sign": lambda word: ("release", "sign", word, "--keys", "nowhere"),
    "release keys": lambda word: ("release", "sign", "--keys", word),
    "release promote": lambda word: ("release", "promote", f"9{word}", "--channel", "beta"),
    "release yank": lambda word: ("release", "yank", f"9{word}", "--reason", "it is bad"),
    "release rotate": lambda word: ("release", "rotate", word, "--keys", "nowhere"),
    "release import": lambda word: ("release", "import", word),
    "release import publisher": lambda word: (
        *("release", "import", "nowhere"),
        *("--publisher", word),
    ),
    "deploy release": lambda word: (
        *("deploy", "acme", "leads.acme.test", "--host", "memory://one", "--yes"),
        *("--release", word, "--dry-run"),
    ),
    "backup": lambda word: ("backup", f"no{word}"),
    "backups": lambda word: ("backups", word),
    "verify point": lambda word: ("backup", "verify", f"no{word}", "--point", word),
    "restore": lambda word: ("restore", f"no{word}", "--yes"),
    "restore point": lambda word: ("restore", "acme", f"9{word}", "--yes"),
    "restore as": lambda word: ("restore", "acme", "--as", word, "--yes"),
    "move": lambda word: ("move", f"no{word}", "--to", "memory://two", "--yes"),
    "recovery kit": lambda word: ("recovery-kit", word),
    "storage add": lambda word: ("storage", "add", f"9{word}", "/mnt/nas"),
    "storage location": lambda word: ("storage", "add", "nas", f"9{word}"),
    "storage remove": lambda word: ("storage", "remove", word),
    "recovery add": lambda word: ("recovery", "add", word),
    "recovery remove": lambda word: ("recovery", "remove", word),
    "no command": lambda word: (word,),
}
"""Every other field, of a command that changes nothing when the word is not a known name."""


def deploy_words(field: str, word: str) -> tuple[str, ...]:
    """A deploy whose `field` is hostile."""
    values = {**BASE, field: word}
    if field == "client":
        # Another acceptable name must not fail for the domain of the one before.
        values["domain"] = f"{sha256(word.encode(errors='replace')).hexdigest()[:20]}.acme.test"
    options = [part for name in BASE if name.startswith("--") for part in (name, values[name])]
    return ("deploy", values["client"], values["domain"], values["email"], *options, "--yes")


def snapshot(folder: Path) -> tuple[object, ...]:
    """All that a command could change: rows of the store, files and their content."""
    with closing(sqlite3.connect(folder / "control.sqlite")) as database:
        rows = [
            tuple(database.execute(f"SELECT * FROM {table}"))  # noqa: S608
            for table in ("clients", "hosts", "operations", "operation_events")
        ]
    kept = [path for path in sorted(folder.rglob("*")) if not path.name.startswith("control.")]
    files = [(path, path.stat().st_mtime_ns) for path in kept if path.is_file()]
    return (*rows, tuple(files))


def is_one_refusal(ran: Ran) -> bool:
    """A refusal: a known exit code, one short error, nothing that a terminal would obey.

    A release of an acceptable name ends at the missing `docker`: these tests run without one.
    """
    printable = all(char.isprintable() or char in "\n\t" for char in ran.err)
    usage = ran.err.startswith("Usage: ") and ran.code == 2
    error = ran.err.count("Error: ") == 1 and ran.code in (2, 10, 12)
    error = error or ran.err.startswith("Error: There is no docker command on this machine.\n")
    return printable and (usage or error) and "Traceback" not in ran.err and not ran.out


def a_world() -> World:
    return build_world(FirstContact(lambda _address, _key: False))


def refused_or_kept(lectl: Cli, field: str, word: str) -> None:
    """Deploy with a hostile field: it is refused and nothing changes, or it is there as it was."""
    before = snapshot(lectl.folder)
    ran = lectl(*deploy_words(field, word))
    if ran.code:
        assert is_one_refusal(ran), (field, word, ran)
        assert snapshot(lectl.folder) == before, (field, word)
        return
    client = BASE["client"] if field != "client" else word
    record = a_world().store.clients.get(client)
    kept = {
        "client": record.spec.client,
        "domain": record.spec.domain,
        "email": record.spec.email,
        "--host": f"memory://{record.host}",
        "--plan": record.spec.plan,
        "--host-key": word,
    }[field]
    assert kept == (word.lower() if field == "domain" else word), (field, word)


def refused(lectl: Cli, command: str, word: str) -> None:
    """Run another command with a hostile word: it is refused and nothing changes."""
    before = snapshot(lectl.folder)
    ran = lectl(*COMMANDS[command](word))
    assert ran.code == 0 or is_one_refusal(ran), (command, word, ran)
    assert snapshot(lectl.folder) == before, (command, word)
