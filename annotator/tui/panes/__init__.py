"""The panes beside the article; below 100 columns they cover it instead."""
