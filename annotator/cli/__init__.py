"""The `annotator` command. Every command lives in a file of its own and is imported when used."""

from annotator.cli.root import main

__all__ = ["main"]
