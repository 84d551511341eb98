"""What the registries bring to an order: snapshots of a customer and of an item, ready for pricing.

They are read once, when the customer or the item is chosen; from then on pricing is pure
computation on them (U-1.2) and a later change of the registry alters nothing (D-2.5).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from fluorders_tui.domain.availability import Movement
from fluorders_tui.domain.calendars import Calendar
from fluorders_tui.domain.credit import UNKNOWN, Standing
from fluorders_tui.domain.discount_policies import NO_POLICIES, PolicyIndex
from fluorders_tui.domain.money import ZERO
from fluorders_tui.domain.order import (
    Address,
    AgentShare,
    Application,
    Currency,
    Discount,
    Expense,
    PaymentLine,
    Uom,
    VatCode,
)


@dataclass(frozen=True, slots=True)
class DiscountType:
    """A row of the discount-types table: where in the chain, and what it works on (D-5.2)."""

    code: str
    name: str = ""
    priority: int = 0
    application: Application = Application.CASCADE
    excluded_from_commission: bool = False


@dataclass(frozen=True, slots=True)
class PriceListVersion:
    """One dated price list (D-4.1). `code` names the list type, which dated versions share.

    `customer` is set on a customer-specific list.
    """

    id: int
    code: str
    currency: str
    valid_from: dt.date
    valid_to: dt.date | None = None
    vat_included: bool = False
    customer: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class PriceAssignment:
    """A customer's price list (D-2.1, D-4.1–4.4): lower `priority` comes first.

    `price_list` is the list's code; `discounts` come with every price taken through it.
    """

    price_list: str
    priority: int = 0
    default: bool = False
    valid_from: dt.date | None = None
    discounts: tuple[Discount, ...] = ()


@dataclass(frozen=True, slots=True)
class ListPrice:
    """One price of an item in one dated list: for a UoM, from a quantity on, perhaps for a destination (D-4.5)."""

    version_id: int
    price: Decimal
    uom: str
    min_quantity: Decimal = ZERO
    destination: str = ""
    variant: str = ""
    discounts: tuple[Discount, ...] = ()


@dataclass(frozen=True, slots=True)
class CustomerConditions:
    """Everything a customer brings to an order by default (D-2.1, D-3.1).

    `versions` are all dated lists that any of `assignments` names. `search_all_lists` is the
    parameter of D-4.3. `policies` are those of all customers, with their combination table (D-5.4).
    """

    code: str
    name: str
    vat_number: str = ""
    tax_code: str = ""
    email: str = ""
    address: Address = Address()
    language: str = ""
    zone: str = ""
    commercial_category: str = ""
    currency: Currency = Currency("EUR")
    active: bool = True
    pop_up_note: str = ""
    internal_note: str = ""
    vat: VatCode | None = None
    order_type: str = ""
    assignments: tuple[PriceAssignment, ...] = ()
    versions: tuple[PriceListVersion, ...] = ()
    search_by_priority: bool = False
    best_price: bool = False
    search_all_lists: bool = True
    discounts: tuple[Discount, ...] = ()
    final_discounts: tuple[Discount, ...] = ()
    expenses: tuple[Expense, ...] = ()
    agents: tuple[AgentShare, ...] = ()
    payments: tuple[PaymentLine, ...] = ()
    recipients: tuple[Address, ...] = ()
    destinations: tuple[Address, ...] = ()
    default_recipient: str = ""
    default_destination: str = ""
    carrier: str = ""
    shipping_method: str = ""
    delivery_terms: str = ""
    delivery_place: str = ""
    packing: str = ""
    minimum_value: Decimal = ZERO
    open_orders: int = 0
    open_value: Decimal = ZERO
    standing: Standing = UNKNOWN
    policies: PolicyIndex = NO_POLICIES


@dataclass(frozen=True, slots=True)
class LastPrice:
    """What this customer paid last for the item (D-6.7): unit price, discounts and when."""

    price: Decimal
    uom: str
    date: dt.date
    number: str
    discounts: str = ""
    quantity: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Substitute:
    """An item that can stand in for another (D-2.2)."""

    code: str
    description: str
    free: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ItemCard:
    """An item as an order line needs it: units, prices in the customer's lists, checks, stock (D-2.2, D-6.7).

    `sales_price` is per main unit in company currency. `uoms` starts with the main unit. `stock` is
    in main units, None where nobody keeps it; `movements` are what comes and what customers wait for (D-15.3).
    `description` is in the customer's language, or the customer's own where they have one.
    """

    code: str
    description: str
    uoms: tuple[Uom, ...]
    vat: VatCode | None = None
    sales_price: Decimal = ZERO
    cost: Decimal = ZERO
    weight: Decimal = ZERO
    pack_quantity: Decimal = ZERO
    economic_lot: Decimal = ZERO
    running_out: bool = False
    running_out_date: dt.date | None = None
    blocked: bool = False
    active: bool = True
    item_class: str = ""
    commercial_category: str = ""
    discount_category: str = ""
    customer_item: str = ""
    prices: tuple[ListPrice, ...] = ()
    stock: Decimal | None = None
    movements: tuple[Movement, ...] = ()
    last_price: LastPrice | None = None
    substitutes: tuple[Substitute, ...] = ()
    entered_uom: str = ""

    @property
    def main_uom(self) -> Uom:
        """The unit in which stock is kept and `sales_price` stands."""
        return self.uoms[0]


@dataclass(frozen=True, slots=True)
class LineChecks:
    """The parameters of D-6.3 and D-6.4: what happens when a line breaks a rule (`off`, `warn` or `refuse`).

    Delivery dates are held against `calendar`, where the company names one.
    """

    pack_multiple: str = "warn"
    economic_lot: str = "warn"
    propose_lot: bool = False
    zero_price: str = "warn"
    past_delivery: str = "warn"
    closing_days: str = "warn"
    calendar: Calendar | None = None
