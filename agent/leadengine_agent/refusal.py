"""How a program of the agent refuses what it was given on standard input."""

import sys

from pydantic import ValidationError


def refuse(error: ValidationError) -> int:
    """Say on standard error which field is wrong, never what stood in it; the exit code."""
    problem = error.errors(include_input=False)[0]
    place = ".".join(str(part) for part in problem["loc"])
    sys.stderr.write(f"{place}: {problem['msg']}\n")
    return 2
