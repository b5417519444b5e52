"""How articles and annotations enter and leave: one file per format, no screen."""
