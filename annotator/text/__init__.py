"""What a text is: units, offsets, regions, lexicon. Pure: no files, no screen."""
