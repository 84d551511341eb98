"""Offer entry: the order screen with an offer in it, for customers and for prospects (D-13.1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Container, Horizontal

from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.header import set_address
from fluorders_tui.domain.offers import OfferStatus
from fluorders_tui.screens.offer_header import OFFER_DRAFT_FIELDS, OFFER_FIELDS, PROSPECT_ROWS
from fluorders_tui.screens.offer_kind import OFFER, prospect_of
from fluorders_tui.screens.order_action_text import action_help
from fluorders_tui.screens.order_entry import OrderEntryScreen
from fluorders_tui.screens.order_kind import Typed
from fluorders_tui.screens.order_showing import PROSPECT_MARK
from fluorders_tui.services.offer_drafts import Prospect, prospect_conditions
from fluorders_tui.widgets.choices import Choice, Resolution
from fluorders_tui.widgets.field import Field

__all__ = ["OfferEntryScreen"]


_NEXT = {
    OfferStatus.ENTERED: "/confirm ",
    OfferStatus.CONFIRMED: "/convert",
    OfferStatus.PARTLY: "/convert",
}


@dataclass(frozen=True, slots=True)
class _Name:
    """The name of a prospect, typed in the customer's place."""

    name: str


class OfferEntryScreen(OrderEntryScreen):
    """A new offer; or a saved one (`number`, or `row` for any version), a held or an abandoned one, or a copy."""

    CSS_PATH = "order_entry.tcss"
    kind = OFFER
    draft_fields = OFFER_DRAFT_FIELDS
    terms_fields = OFFER_FIELDS
    prospect_fields = tuple(one for row in PROSPECT_ROWS for one in row)
    TITLE_TEXT = "New offer"
    CUSTOMER_HELP = "Code or part of the name; +Name is a prospect. F4 lists, F6 adds a customer."
    HELP_TEXT: ClassVar[tuple[str, ...]] = (
        "An offer is typed like an order. F10 enters it. Opened again, F9 confirms it, and then converts it.",
        "  +Nuova Srl in the customer's place is a prospect: Tab goes to their VAT number, e-mail and address.",
        "    They become a customer when the offer becomes an order.",
        "",
        *OrderEntryScreen.TYPING_HELP,
        *action_help(OFFER.actions),
    )

    # -- steps ------------------------------------------------------------------------------------

    async def action_next_step(self) -> None:
        """F9: an entered offer is confirmed, a confirmed one converted (D-13.3); any other is shown whole."""
        session = self.session
        terms, entered = session.terms, bool(session.draft.number) and not session.dirty
        action = _NEXT.get(terms.status) if terms is not None and entered else None
        if action is None:
            await super().action_next_step()
        else:
            await self.do_action(action)

    def on_screen_resume(self) -> None:
        """Back from its conversion or its versions: it may stand elsewhere now."""
        session = self._session
        if session is not None and session.draft.id and not session.worth_keeping:
            row, kind, desk = session.draft.id, session.kind, session.desk
            self.desk_app.run_read(self, lambda: kind.read_row(desk, row), self._read_again, group="again")

    def _read_again(self, stored: Typed) -> None:
        session = self.session
        same = session.draft.id == stored.draft.id and not session.worth_keeping
        if same and session.draft.version != stored.draft.version:
            self.take_stored(stored)

    # -- prospects ---------------------------------------------------------------------------------

    def beside_the_customer(self) -> ComposeResult:
        with Container(id="prospect", disabled=True):
            for fields in PROSPECT_ROWS:
                with Horizontal(classes="row"):
                    yield from [self.header_input(spec) for spec in fields]

    def show_header(self) -> None:
        super().show_header()
        terms = self.session.terms
        rows, shown = self.query_one("#prospect"), terms is not None and terms.prospect
        if rows.disabled is shown:
            # Not `display`, which counts only at the next refresh: Tab goes there at once.
            rows.disabled = not shown
            rows.styles.height = "auto" if shown else 0

    def resolve_customer(self, text: str) -> Resolution:
        """`+Name` is a prospect; anything else is looked up among the customers."""
        if text.startswith(PROSPECT_MARK):
            name = text.removeprefix(PROSPECT_MARK).strip()
            if not name:
                raise Invalid("Type the prospect's name after the +.", field="customer", rule="D-13.1")
            choice = Choice(f"{PROSPECT_MARK}{name}", "a prospect", "", _Name(name))
            return Resolution("exact", (choice,))
        found = super().resolve_customer(text)
        if found.kind == "none":
            short = text[:30]
            raise Invalid(
                f"No customer is like “{short}”.",
                field="customer",
                hint=f"{PROSPECT_MARK}{short} makes them a prospect, F6 a customer.",
            )
        return found

    def _customers(self, text: str) -> list[Choice]:
        return [] if text.startswith(PROSPECT_MARK) else super()._customers(text)

    async def take_customer(self, field: Field) -> None:
        """A prospect brings name and place; one who is renamed stays who they are (D-13.1)."""
        picked = field.choice.value if field.choice is not None else None
        if not isinstance(picked, _Name):
            if not field.text.startswith(PROSPECT_MARK):
                await super().take_customer(field)
            return
        session = self.session
        terms, draft = session.terms, session.draft
        if terms is not None and terms.prospect:
            named = replace(draft, name=picked.name)
            session.change_header(set_address(named, replace(draft.address, name=picked.name)))
            session.conditions = self.kind.conditions(session.desk, session.typed)
            self.show_header()
            return
        conditions = prospect_conditions(session.desk, Prospect(picked.name))
        self.customer_read(await self.desk_app.ask(lambda: session.read_under(conditions)))

    def preset_of(self, field: Field, registry: str) -> dict[str, Any]:
        """F6 on a prospect: the new customer starts with what is known of them."""
        terms, draft = self.session.terms, self.session.draft
        if registry != "customers" or terms is None or not terms.prospect:
            return super().preset_of(field, registry)
        prospect = prospect_of(self.session.typed)
        known = {
            "name": prospect.name,
            "vat_number": prospect.vat_number,
            "tax_code": prospect.tax_code,
            "email": prospect.email,
            **{name: getattr(draft.address, name) for name in ("street", "postcode", "city", "country")},
        }
        return {name: value for name, value in known.items() if value}
