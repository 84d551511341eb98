"""The draft of an order or an offer on disk after every key: it survives kill −9 and a database that is gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fluorders_tui.domain.offers import OfferTerms
from fluorders_tui.domain.order import OrderDraft, OrderLine
from fluorders_tui.services.draft_files import Abandoned, DraftFile, DraftKind, drafts_folder, left_behind

__all__ = [
    "NOTHING_TYPED",
    "Autosave",
    "Origin",
    "Recovered",
    "Typing",
    "abandoned",
    "discard",
    "drafts_folder",
    "take_up",
]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a draft comes from: what this desk calls its entry (P-143), and the order as it was opened (D-12.7)."""

    entry: str = ""
    base: OrderDraft | None = None


@dataclass(frozen=True, slots=True)
class Typing:
    """What was being typed: the text in a field, by the field's name, and the line that isn't in the order yet.

    `line` is the place of the line being changed, −1 for a new one; `pending` is that line as far as it was typed,
    `counted` says that its quantity was. `terms` are what an offer has beside its draft, None for an order.
    `origin` goes along wherever the draft is kept, None where nobody knows it.
    """

    field: str = ""
    text: str = ""
    line: int = -1
    counted: bool = False
    pending: OrderLine | None = None
    terms: OfferTerms | None = None
    origin: Origin | None = None

    @property
    def is_empty(self) -> bool:
        """Nothing would be lost."""
        return not self.text and self.pending is None


Recovered = Abandoned[OrderDraft, Typing]
"""A draft that a desk left behind when it died."""

NOTHING_TYPED = Typing()
KIND = DraftKind("order", ".draft", OrderDraft, OrderLine, NOTHING_TYPED, {"terms": OfferTerms, "origin": Origin})


class Autosave(DraftFile[OrderDraft, Typing]):
    """The file of one open desk. Not for several threads at once."""

    KIND = KIND


def abandoned(folder: Path) -> Iterator[Recovered]:
    """The drafts that dead desks left in `folder`, newest first; empty ones are swept away."""
    return left_behind(folder, KIND)


def discard(recovered: Abandoned[Any, Any]) -> None:
    """Throw a recovered draft away, once its owner has said so."""
    recovered.path.unlink(missing_ok=True)


def take_up(recovered: Recovered, autosave: Autosave) -> None:
    """Go on with a recovered draft in the file of this desk.

    Raises `Invalid` when another desk was faster, and `OSError`; the draft is then where it was.
    """
    autosave.take_up(recovered)
