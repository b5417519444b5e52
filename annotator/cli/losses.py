"""The report that ends every import and export: what was carried, changed, left out."""

from annotator.cli.output import table, warn
from annotator.formats.loss import Loss

SHOWN = 20
"""How many single findings people see; the rest is counted."""


def tell_loss(loss: Loss) -> None:
    """The first findings and the table, on standard error."""
    for finding in loss.findings[:SHOWN]:
        warn(str(finding))
    if loss.found > SHOWN:
        warn(f"... and {loss.found - SHOWN:,} more; --json or --rejects FILE gives them.")
    for line in table(loss.table()):
        warn(line)
