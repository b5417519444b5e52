"""Pictures of the screens: `python -m tests.pictures FOLDER` (PNG needs chromium on the PATH)."""
