"""All tables; importing this package fills the metadata that migrations compare with."""

from fluorders_tui.data.tables import basics, commerce, documents, items, offers, parties, supply
from fluorders_tui.data.tables.base import metadata

__all__ = ["basics", "commerce", "documents", "items", "metadata", "offers", "parties", "supply"]
