"""Write the golden files of the rendering tests; read the difference before you commit it."""

from pathlib import Path

from leadengine_agent.rendering import render
from tests.unit.agent.builders import TEMPLATES, a_release
from tests.unit.agent.test_rendering import CASES, GENERATION, GOLDEN


def main() -> None:
    for case, spec in CASES.items():
        for name, text in render(TEMPLATES, a_release(), spec, GENERATION).items():
            path = Path(GOLDEN, case, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


if __name__ == "__main__":
    main()
