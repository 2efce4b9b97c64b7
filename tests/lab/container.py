"""A container of the lab: what is common to hosts and services."""

from dataclasses import dataclass

from tests.lab.engine import Done, docker


@dataclass(frozen=True)
class Container:
    """One container; its addresses stay the same when it is stopped and started."""

    name: str
    network: str
    address: str
    address6: str

    def run(
        self, *argv: str, stdin: str | None = None, check: bool = True, timeout: float = 300
    ) -> Done:
        """Run a command inside, as root, past any SSH."""
        return docker(
            "exec", "--interactive", self.name, *argv, stdin=stdin, check=check, timeout=timeout
        )

    def write(self, path: str, text: str) -> None:
        """Put a file in place, with the folders above it."""
        self.run("install", "-D", "-m", "600", "/dev/stdin", path, stdin=text)

    def logs(self) -> str:
        done = docker("logs", self.name)
        return done.stdout + done.stderr

    def kill(self) -> None:
        """Cut the power."""
        docker("kill", self.name)

    def stop(self) -> None:
        docker("stop", "--time", "10", self.name)

    def start(self) -> None:
        docker("start", self.name)

    def pause(self) -> None:
        """Freeze every process: connections hang instead of being refused."""
        docker("pause", self.name)

    def unpause(self) -> None:
        docker("unpause", self.name)

    def disconnect(self) -> None:
        """Pull the network cable."""
        docker("network", "disconnect", self.network, self.name)

    def remove(self) -> None:
        docker("rm", "--force", "--volumes", self.name)
