"""The guided first ten minutes, inside the real screen."""
