"""The words that start the agent, compared as they are."""

from leadengine_agent.protocol import ImageRef
from leadengine_ctl.hosts.agent_containers import (
    config_of,
    executor_argv,
    purge_argv,
    reporter_argv,
)

DIGEST = "sha256:" + "ab" * 32
IMAGE = ImageRef(repository="leadengine/agent", digest=DIGEST, pulled=False)
COMMON = (
    *("--init", "--restart", "unless-stopped"),
    *("--read-only", "--tmpfs", "/tmp:size=64m"),
    *("--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
    *("--log-driver", "local", "--log-opt", "max-size=10m", "--log-opt", "max-file=3"),
    *("--cpu-shares", "256"),
    *("--env", "MALLOC_ARENA_MAX=1", "--env", "MALLOC_TRIM_THRESHOLD_=131072"),
)


def test_executor_has_the_socket_and_the_files_and_no_network() -> None:
    argv = executor_argv(IMAGE)
    assert argv == (
        *("docker", "run", "--detach", "--name", "leadengine-executor"),
        *COMMON,
        *("--network", "none"),
        *("--volume", "/var/run/docker.sock:/var/run/docker.sock"),
        *("--volume", "/var/lib/leadengine:/var/lib/leadengine"),
        *("--cap-add", "CHOWN", "--cap-add", "DAC_OVERRIDE", "--cap-add", "FOWNER"),
        *("--env", f"LEADENGINE_AGENT_IMAGE={DIGEST}"),
        *("--memory", "1g", "--pids-limit", "1024", "--stop-timeout", "300"),
        *("--label", f"leadengine.config={config_of(argv)}", DIGEST, "executor"),
    )


def test_reporter_has_the_network_and_two_folders_and_no_socket_of_docker() -> None:
    argv = reporter_argv(IMAGE)
    assert argv == (
        *("docker", "run", "--detach", "--name", "leadengine-reporter"),
        *COMMON,
        *("--network", "bridge", "--user", "65532:65532"),
        *("--volume", "/var/lib/leadengine/agent/run:/var/lib/leadengine/agent/run"),
        *("--volume", "/var/lib/leadengine/agent/reporter:/var/lib/leadengine/agent/reporter"),
        *("--memory", "128m", "--pids-limit", "64"),
        *("--label", f"leadengine.config={config_of(argv)}", DIGEST, "reporter"),
    )


def test_config_is_the_same_for_the_same_words_and_another_for_another_image() -> None:
    other = IMAGE.model_copy(update={"digest": "sha256:" + "cd" * 32})
    published = IMAGE.model_copy(update={"pulled": True})
    assert config_of(executor_argv(IMAGE)) == config_of(executor_argv(IMAGE))
    different = [executor_argv(other), executor_argv(published), reporter_argv(IMAGE)]
    assert len({config_of(argv) for argv in [executor_argv(IMAGE), *different]}) == 4


def test_purge_removes_the_folder_of_the_host_and_nothing_else() -> None:
    assert purge_argv(DIGEST)[-4:] == (DIGEST, "-rf", "--", "/var/lib/leadengine")
