"""How an article is drawn, row by row and cell by cell. Pure: no screen is needed to test it."""
