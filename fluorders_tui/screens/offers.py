"""The offers list: what is open, what expires, what became of each, and all that is done to them (D-13, U-3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.binding import BindingType

from fluorders_tui.bindings import bindings
from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.links import DocumentKind
from fluorders_tui.domain.order_listing import StatusCount
from fluorders_tui.domain.statuses import OfferStatus
from fluorders_tui.screens.filtered_list import ListSort
from fluorders_tui.screens.list_actions import Acted, ListActions, RowAction, Step, Today, date_typed
from fluorders_tui.screens.list_pages import Asked
from fluorders_tui.screens.order_kind import Typed
from fluorders_tui.screens.paged_list import Sorting
from fluorders_tui.screens.status_words import OFFER_STATUS
from fluorders_tui.services import offer_steps as steps
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.offer_drafts import duplicate
from fluorders_tui.services.offer_list import (
    ALL_OFFERS,
    EXPIRING_OFFERS,
    OPEN_FOR_CONVERSION,
    OfferFilter,
    OfferRow,
    OfferSort,
    OfferWindow,
    find_offers,
    offer_status_counts,
    offers_in_rows,
)
from fluorders_tui.services.offers import open_offer_row
from fluorders_tui.widgets.row_sources import Row
from fluorders_tui.widgets.table_layout import Column

__all__ = ["OffersScreen"]

Sort = ListSort[OfferSort]
_S = OfferStatus


def _confirm(text: str, today: Today) -> Step[OfferRow]:
    day = date_typed(text, today)

    def step(desk: Desk, one: OfferRow) -> Acted:
        steps.confirm(desk, one.id, day)
        return Acted("confirmed; F9 makes the order.")

    return step


def _withdraw(text: str, today: Today) -> Step[OfferRow]:
    def step(desk: Desk, one: OfferRow) -> Acted:
        steps.withdraw_confirmation(desk, one.id, text)
        return Acted("is open again: the confirmation is taken back.")

    return step


def _lose(text: str, today: Today) -> Step[OfferRow]:
    if not text:
        raise Invalid("Say why the offer was lost.", field="reason", rule="D-13.1")

    def step(desk: Desk, one: OfferRow) -> Acted:
        steps.lose(desk, one.id, text)
        return Acted("lost.")

    return step


def _reopen(text: str, today: Today) -> Step[OfferRow]:
    def step(desk: Desk, one: OfferRow) -> Acted:
        steps.reopen(desk, one.id, text)
        return Acted("taken up again.")

    return step


def _extend(text: str, today: Today) -> Step[OfferRow]:
    until = date_typed(text, today)
    if until is None:
        raise Invalid("Type until when it shall be valid.", field="valid_until", rule="D-13.1")

    def step(desk: Desk, one: OfferRow) -> Acted:
        steps.extend_validity(desk, one.id, until)
        return Acted("valid for longer.")

    return step


def _version(text: str, today: Today) -> Step[OfferRow]:
    def step(desk: Desk, one: OfferRow) -> Acted:
        made = steps.new_version(desk, one.id)
        said = f"has version {made.offer.terms.version} now; the one before is read-only."
        return Acted(said, "offer_entry", {"row": made.draft.id})

    return step


def _duplicate(text: str, today: Today) -> Step[OfferRow]:
    def step(desk: Desk, one: OfferRow) -> Acted:
        copy = duplicate(desk, open_offer_row(desk, one.id).offer, customer=text.upper()).offer
        return Acted("copied.", "offer_entry", {"copied": Typed(copy.draft, copy.terms)})

    return step


class OffersScreen(ListActions[OfferFilter, Sort, OfferRow]):
    """All offers, their newest versions. Space selects several, to be converted or acted on together."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("edit", "new", "next_step", "mark", "duplicate")
    TITLE_TEXT = "Offers"
    NAME = ("offer", "offers")
    MARKABLE = True
    HELP_TEXT: ClassVar[tuple[str, ...]] = (
        "Type any part of a number, reference or name: the list follows. Enter shows the offer's story, F2 opens it.",
        "F4 chooses what is shown: open, expiring, convertible, a status, versions, or a filter you saved with F10.",
        "Space selects, in the list (Tab) or while nothing is typed. F9 makes orders of what is selected.",
        "Insert does something else to it: confirm, withdraw, lose, reopen, extend, version, duplicate.",
        "‘!’ before a day: the validity ends within a week.",
    )
    FIND_HELP = "Part of a number, a reference, or a customer's or prospect's name."
    SHOW_HELP = "all, open, expiring, convertible, a status, versions, or the name of a saved filter."
    COLUMNS = (
        Column("number", "Number", 12),
        Column("version", "V", 2, align="right", drop=2),
        Column("status", "Status", 11),
        Column("customer", "Customer", 11, flex=True),
        Column("date", "Date", 10, drop=6),
        Column("valid", "Valid to", 12),
        Column("probability", "%", 3, align="right", drop=5),
        Column("became", "Became", 12, drop=3),
        Column("reference", "Reference", 12, drop=7),
        Column("total", "Total", 12, align="right", drop=1),
        Column("currency", "", 3, drop=4),
    )
    SORTS = (
        Sorting(Sort(OfferSort.NEWEST), "number", "newest first", descending=True),
        Sorting(Sort(OfferSort.NEWEST, descending=False), "number", "oldest first"),
        Sorting(Sort(OfferSort.VALID_UNTIL, descending=False), "valid", "by end of validity"),
        Sorting(Sort(OfferSort.CUSTOMER, descending=False), "customer", "by customer"),
        Sorting(Sort(OfferSort.TOTAL), "total", "largest first", descending=True),
    )
    SHOWN: ClassVar[Mapping[str, tuple[OfferFilter, str]]] = {
        "all": (ALL_OFFERS, "the newest version of every offer"),
        "open": (OfferFilter(statuses=(_S.ENTERED, _S.CONFIRMED, _S.PARTLY)), "an order may still come of it"),
        "expiring": (EXPIRING_OFFERS, "its validity ends within a week"),
        "convertible": (OPEN_FOR_CONVERSION, "confirmed, and something is left of it"),
        **{
            look.word: (OfferFilter(statuses=(status,)), "" if look.word == status.value else status.value)
            for status, look in OFFER_STATUS.items()
            if status not in (_S.DRAFT, _S.SUPERSEDED)
        },
        "prospects": (OfferFilter(prospects=True), "for somebody who is no customer yet"),
        "versions": (OfferFilter(old_versions=True), "every version of every offer"),
    }
    ACTIONS: ClassVar[Mapping[str, RowAction[OfferRow]]] = {
        "confirm": RowAction("The customer confirmed it", _confirm, "the day, today when empty"),
        "lose": RowAction(
            "It is lost", _lose, "the reason, of the table or in any words", known=steps.reasons_for_losing
        ),
        "version": RowAction("A new version of it", _version),
        "duplicate": RowAction("A copy of it", _duplicate, "for which customer, the same when empty", single=True),
        "extend": RowAction("It is valid for longer", _extend, "until when"),
        "withdraw": RowAction("Its confirmation is taken back", _withdraw, "a comment, if you want"),
        "reopen": RowAction("A lost one is taken up again", _reopen, "a comment, if you want"),
    }

    async def desk_ready(self) -> None:
        await super().desk_ready()
        desk = self.desk
        # Beside the reading of the list, which shows them as expired anyway (P-108).
        self.desk_app.run_read(self, lambda: steps.expire_due(desk), self._expired, group="expire")

    def _expired(self, count: int) -> None:
        if count:
            self.ask_again()

    def open_window(self, desk: Desk, asked: Asked[OfferFilter, Sort]) -> OfferWindow:
        return OfferWindow(desk, asked.filter, asked.sort.field, asked.sort.descending)

    def find_first(self, desk: Desk, text: str) -> Sequence[OfferRow]:
        return find_offers(desk, text, 1)

    def sort_named(self, field: str, descending: bool) -> Sort:
        return Sort(OfferSort(field), descending)

    def rows_by_id(self, desk: Desk, ids: Sequence[int]) -> Sequence[OfferRow]:
        return offers_in_rows(desk, ids)

    def status_counts(self, desk: Desk) -> Mapping[OfferStatus, StatusCount]:
        return offer_status_counts(desk)

    def row(self, one: OfferRow) -> Row:
        look = OFFER_STATUS[one.status]
        ends = one.status is _S.ENTERED and one.valid_until is not None
        soon = (
            ends
            and EXPIRING_OFFERS.expiring is not None
            and one.valid_until is not None
            and ((one.valid_until - self.desk.today()).days <= EXPIRING_OFFERS.expiring)
        )
        return Row(
            one.id,
            (
                one.number,
                str(one.version) if one.version > 1 or not one.newest else "",
                str(look),
                one.customer_name or one.customer,
                self.day(one.date),
                f"{'! ' if soon else '  '}{self.day(one.valid_until)}" if one.valid_until else "",
                self.number(one.probability),
                self._became(one),
                one.reference,
                self.money(one.total),
                one.currency,
            ),
            "warning" if soon else look.look,
        )

    def _became(self, one: OfferRow) -> str:
        """The orders made from it; without any, what else there is to say."""
        if one.orders:
            more = f"+{len(one.orders) - 1}" if len(one.orders) > 1 else ""
            return f"{one.orders[0]}{more}"
        return one.reason if one.status is _S.LOST else ""

    async def row_chosen(self, row: Row) -> None:
        await self.desk_app.open_screen("order_status", kind=DocumentKind.OFFER, row=row.key)

    # -- commands ----------------------------------------------------------------------------------

    async def action_edit(self) -> None:
        row = await self.row_here()
        if row is not None:
            await self.desk_app.open_screen("offer_entry", row=row.key)

    async def action_new(self) -> None:
        if await self.desk_app.desk_there():
            await self.desk_app.open_screen("offer_entry")

    async def action_duplicate(self) -> None:
        await self.begin("duplicate")

    async def action_next_step(self) -> None:
        """F9: make orders of the selected offers, else of the one under the cursor."""
        rows = await self.meant()
        if rows:
            numbers = tuple(dict.fromkeys(one.number for one in rows))
            await self.desk_app.open_screen("convert_offers", numbers=numbers)

    async def action_go_to_number(self) -> None:
        if await self.desk_app.desk_there():
            await self.desk_app.open_screen("order_status", kind=DocumentKind.OFFER)
