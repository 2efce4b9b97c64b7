"""One stack of the product's own images and the stand-ins, as the templates start it."""

import json
import ssl
from dataclasses import dataclass
from pathlib import Path

import httpx
import yaml

from tests.lab.authority import Authority
from tests.lab.container import Container
from tests.lab.engine import Done, docker
from tests.lab.run import Run
from tests.lab.waiting import until

CLIENT_ID = "0123456789abcdef01234567"
DOMAIN = "leads.acme.test"
ADMIN = "admin@acme.test"
PASSWORD = "canary-initial-password"
HARDENED = (
    "--read-only",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
    "--tmpfs=/tmp:mode=1777",
)
SOCKET = "--tmpfs=/var/run/postgresql:mode=0775,uid=999,gid=999"
ACL = (
    "user default on nopass resetkeys resetchannels -@all +ping\n"
    "user leadengine on >canary-redis ~* &* +@all -@admin -@dangerous -@scripting +info\n"
)
_RENDERED = Path(__file__).parents[2] / "cases/rendering/smallest/compose.yaml"


@dataclass
class RuntimeStack:
    """Containers of one stack on the lab's network; the run removes them."""

    run: Run
    db: Container
    redis: Container
    settings: dict[str, str]
    api: Container | None = None
    address: str = ""
    tls: ssl.SSLContext | None = None

    @property
    def environment(self) -> tuple[str, ...]:
        return tuple(f"--env={name}={value}" for name, value in self.settings.items())

    def admin(self, *words: str, image: str = "leadengine/api:dev", **changes: str) -> Done:
        """Run `leadengine-admin` once, as a deploy does."""
        env = (*self.environment, *(f"--env={name}={value}" for name, value in changes.items()))
        options = ("--rm", "--network", self.run.name, *HARDENED, *env)
        return docker("run", *options, image, "leadengine-admin", *words, check=False)

    def seed(self, **changes: str) -> dict[str, object]:
        done = self.admin("seed", **changes)
        assert done.returncode == 0, done.stderr
        answer: dict[str, object] = json.loads(done.stdout)
        return answer

    def sql(self, statement: str, database: str = "leadengine") -> str:
        """What the owner sees: unaligned rows."""
        words = ("psql", "-U", "le", "-d", database, "-AtX", "-v", "ON_ERROR_STOP=1")
        return self.db.run(*words, stdin=statement).stdout.strip()

    def sql_as_app(self, statement: str) -> Done:
        """What the application's role may do; the outcome is the caller's to judge."""
        url = "postgresql://leadengine_app:canary-app@127.0.0.1/leadengine"
        return self.db.run(
            "psql", "-AtXq", "-v", "ON_ERROR_STOP=1", url, stdin=statement, check=False
        )

    def redis_cli(self, *words: str) -> str:
        login = ("redis-cli", "--user", "leadengine", "--pass", "canary-redis", "--no-auth-warning")
        return self.redis.run(*login, *words).stdout.strip()

    def start(self, role: str, name: str, image: str = "") -> Container:
        """Start an api or a worker."""
        image = image or f"leadengine/{role}:dev"
        shares = ("--cpu-shares=512",) if role == "worker" else ()
        return self.run.start(name, image, options=(*HARDENED, *shares, *self.environment))

    def client(self) -> httpx.Client:
        """A browser's worth of cookies, over TLS."""
        assert self.tls is not None
        return httpx.Client(base_url=f"https://{self.address}:8443", verify=self.tls, timeout=20)


def start_database(run: Run, prefix: str, data: str = "") -> Container:
    """PostgreSQL on a volume or in a folder, healthy."""
    db = run.start(
        f"{prefix}-db",
        "leadengine/standin-postgres:dev",
        options=(
            *(*HARDENED, SOCKET, "--user=999:999"),
            f"--volume={data or run.volume(f'{prefix}-db')}:/var/lib/postgresql/data",
            *("--env=POSTGRES_DB=leadengine", "--env=POSTGRES_USER=le"),
            *("--env=POSTGRES_PASSWORD=canary-owner", "--env=PGDATA=/var/lib/postgresql/data/in"),
        ),
    )
    until(lambda: db.run("pg_isready", "-h", "127.0.0.1", "-U", "le"), "the database", 60)
    return db


def start_stack(run: Run, prefix: str) -> RuntimeStack:
    """Database and Redis, empty; nothing of ours runs yet."""
    redis = start_redis(run, prefix)
    db = start_database(run, prefix)
    return RuntimeStack(run, db, redis, settings_of(db, redis))


def start_redis(run: Run, prefix: str, data: str = "") -> Container:
    """Redis on a volume or in a folder, started by the words that the templates start it by."""
    acl = run.folder / f"{prefix}.acl"
    acl.write_text(ACL)
    acl.chmod(0o644)
    data = data or run.volume(f"{prefix}-redis")
    volumes = (f"{acl}:/run/secrets/redis_acl:ro", f"{data}:/data")
    options = (*HARDENED, *(f"--volume={volume}" for volume in volumes))
    service = yaml.safe_load(_RENDERED.read_text())["services"]["redis"]
    image = "leadengine/standin-redis:dev"
    return run.start(f"{prefix}-redis", image, *service["command"], options=options)


def settings_of(db: Container, redis: Container) -> dict[str, str]:
    return {
        "DATABASE_URL": f"postgresql://leadengine_app:canary-app@{db.address}/leadengine",
        "REDIS_URL": f"redis://leadengine:canary-redis@{redis.address}:6379/0",
        "SESSION_SECRET": "canary-session-secret-of-32-characters",
        "SHOPIFY_SECRET": "canary-shopify",
        "CLIENT_ID": CLIENT_ID,
        "CLIENT_NAME": "acme",
        "CLIENT_DOMAIN": DOMAIN,
        "BRAND_PRIMARY": "#0f766e",
        "MIGRATION_DATABASE_URL": f"postgresql://le:canary-owner@{db.address}/leadengine",
        "APP_DATABASE_PASSWORD": "canary-app",
        "ADMIN_EMAIL": ADMIN,
        "ADMIN_PASSWORD": PASSWORD,
    }


def put_nginx_before(
    stack: RuntimeStack, api: Container, authority: Authority, last: int = 250
) -> None:
    """TLS on 8443, as a visitor meets it; `last` is the end of its address."""
    name = f"{api.name.removeprefix(stack.run.name + '-')}-nginx"
    address = stack.run.address(last)
    authority.issue(DOMAIN, address)
    config = authority.folder / f"{name}.conf"
    config.write_text(Path("tests/lab/runtime/nginx.conf").read_text().replace("API", api.name))
    key = authority.folder / f"{DOMAIN}.key"
    key.chmod(0o644)
    mounts = {
        config: "/nginx.conf",
        authority.folder / f"{DOMAIN}.pem": "/tls.pem",
        key: "/tls.key",
    }
    options = (*HARDENED, *(f"--volume={source}:{target}:ro" for source, target in mounts.items()))
    command = ("nginx", "-c", "/nginx.conf", "-g", "daemon off;")
    stack.run.start(name, "leadengine/standin-nginx:dev", *command, last=last, options=options)
    stack.address = address
    stack.tls = ssl.create_default_context(cafile=str(authority.root_file))
    until(lambda: stack.client().get("/sign-in").raise_for_status(), "the stack")
