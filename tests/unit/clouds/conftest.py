"""The command line, as the tests of commands have it."""

from tests.unit.ctl.conftest import folder, lectl

__all__ = ["folder", "lectl"]
