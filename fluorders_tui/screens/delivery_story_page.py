"""One delivery on one page: what went to whom, for which orders, and what of it was undone (D-15, U-3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fluorders_tui.screens.story_page import DocumentPage, Forms, in_columns, labelled
from fluorders_tui.services.document_stories import DeliveryStory
from fluorders_tui.widgets.page import Line, Span, line
from fluorders_tui.widgets.table_layout import Column

__all__ = ["DeliveryPage"]


class DeliveryPage(DocumentPage):
    """Sets a delivery's story out for any width."""

    columns = (
        Column("line", "Ln", 3, align="right"),
        Column("item", "Item", 10),
        Column("description", "Description", 16, flex=True),
        Column("quantity", "Quantity", 8, align="right"),
        Column("unit", "UM", 4, drop=1),
        Column("undone", "Undone", 7, align="right"),
        Column("order", "Order", 12),
        Column("order_line", "Line", 4, align="right", drop=2),
    )

    def __init__(self, story: DeliveryStory, forms: Forms) -> None:
        super().__init__(story.entries, forms)
        self.story = story

    def facts(self, width: int) -> list[Line]:
        """What it is and how it stands, whom it went to, where from."""
        story = self.story
        status = [Span(story.kind.capitalize(), "strong"), Span(f" · {story.status}")]
        who = " · ".join(part for part in (story.customer_name, story.customer) if part)
        facts = [
            ("Date", self.forms.day(story.date)),
            ("From", story.warehouse),
            ("Carrier", story.carrier),
            ("Type", story.type),
            ("Reference", story.references),
            ("Undone", story.undone_reason),
        ]
        rows: list[Line] = [tuple(status), line(who, "strong")]
        rows += in_columns([one for one in facts if one[1]], width)
        rows += labelled("Deliver to", story.destination, width) if story.destination else []
        rows += labelled("Note", story.note, width) if story.note else []
        return rows

    def line_cells(self) -> Iterable[tuple[int, Sequence[str], str]]:
        """Item, quantity, what was given back, and the order's line."""
        number = self.forms.number
        for place, one in enumerate(self.story.lines, 1):
            cells = [
                one.item, one.description, number(one.quantity), one.unit, number(one.undone) if one.undone else "–",
                one.order, str(one.order_line),
            ]  # fmt: skip
            yield place, cells, "muted" if one.undone == one.quantity else "text"
