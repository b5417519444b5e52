"""The command line and a fresh project, as the tests of the commands have them."""

from tests.cli.conftest import _own_settings, root, run

__all__ = ["_own_settings", "root", "run"]
