"""Terraform as a program of the tests: where its providers come from, and its words."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

PLUGINS = (
    *("~/.terraform.d/plugins", "~/.local/share/terraform/plugins"),
    *("/usr/local/share/terraform/plugins", "/usr/share/terraform/plugins"),
)
"""Where Terraform itself looks for providers that a machine already has."""

MISSING = (
    "Terraform (or OpenTofu as `terraform`) is not on this machine and no package carries it: nothing of "
    "terraform/ was run. Install it from its publisher, then run this again."
)


def mirrors() -> list[Path]:
    """Folders with providers in Terraform's own layout: the usual ones, and those below /opt."""
    named = [Path(name).expanduser() for name in PLUGINS]
    return [each for each in (*named, *Path("/opt").glob("*")) if any(each.glob("registry.*/*/*"))]


def has_provider(source: str) -> bool:
    """Whether this machine has a provider, as `hashicorp/aws`, without asking the registry."""
    return any(any(each.glob(f"registry.*/{source}/*")) for each in mirrors())


@dataclass(frozen=True)
class Terraform:
    """One working folder.

    Attributes:
        folder: the module it works on; its state stays there.
        data: where it keeps providers and modules.
    """

    folder: Path
    data: Path

    def __call__(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run one command, without colours and questions."""
        self.data.mkdir(parents=True, exist_ok=True)
        rules = self.data / "rules.tfrc"
        rules.write_text(_rules())
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.data),
            "TF_CLI_CONFIG_FILE": str(rules),
            "TF_DATA_DIR": str(self.data / self.folder.name),
            "TF_IN_AUTOMATION": "1",
            "CHECKPOINT_DISABLE": "1",
            **{f"TF_VAR_{name}": value for name, value in variables.items()},
            **_AWS,
        }
        return subprocess.run(
            ("terraform", *words),
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )

    def must(self, *words: str, **variables: str) -> str:
        done = self(*words, **variables)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


_AWS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_EC2_METADATA_DISABLED": "true",
}


def _rules() -> str:
    """Providers that are here are taken from here, all others from the registry."""
    here = {
        "/".join(each.relative_to(mirror).parts): mirror
        for mirror in mirrors()
        for each in mirror.glob("registry.*/*/*")
    }
    found = "".join(
        f'  filesystem_mirror {{\n    path    = "{mirror}"\n    include = ["{name}"]\n  }}\n'
        for name, mirror in here.items()
    )
    rest = f"  direct {{\n    exclude = {json.dumps(sorted(here))}\n  }}\n"
    return f"provider_installation {{\n{found}{rest}}}\n"


def is_there() -> bool:
    return shutil.which("terraform") is not None
