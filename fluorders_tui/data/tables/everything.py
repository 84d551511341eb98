"""All tables at once, for migrations and for whoever writes: foreign keys find their tables by name.

Reading imports only the subjects it needs: making the models of all tables takes longer than the first screen.
"""

from fluorders_tui.data.tables import (
    approvals,
    basics,
    commerce,
    desk,
    documents,
    fulfilment,
    items,
    offers,
    parties,
    supply,
)
from fluorders_tui.data.tables.base import metadata

__all__ = [
    "approvals", "basics", "commerce", "desk", "documents", "fulfilment", "items", "metadata", "offers", "parties",
    "supply",
]  # fmt: skip
