"""Widgets, one per file, with the messages they post."""
