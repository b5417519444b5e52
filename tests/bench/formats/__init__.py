"""How fast work goes out and comes in, against a bare loop over the same bytes."""
