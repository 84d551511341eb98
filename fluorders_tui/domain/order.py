"""The customer order as the desk holds it while it is typed: immutable values, no behaviour.

Every change makes a new `OrderDraft`; undo is the list of the earlier ones. The draft carries a
snapshot of everything it took from the registries (D-2.5), so that pricing and totals are pure
computation on what it holds (U-1.2).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from fluorders_tui.domain.money import ONE, ZERO
from fluorders_tui.domain.statuses import Execution as Execution
from fluorders_tui.domain.statuses import LineStatus as LineStatus
from fluorders_tui.domain.statuses import OrderStatus as OrderStatus


class LineType(StrEnum):
    """D-6.1."""

    CODED = "coded"
    UNCODED = "uncoded"
    CHARGE = "charge"
    NOTE = "note"
    GIVE_AWAY = "give-away"


class Application(StrEnum):
    """What a discount works on (D-5.2)."""

    CASCADE = "cascade"
    GROSS = "on gross"


class DiscountSource(StrEnum):
    """Where a discount came from, in the order they are collected (D-5.3)."""

    CUSTOMER = "customer"
    PAYMENT_TYPE = "payment type"
    PRICE_LIST = "price list"
    PRICE_LINE = "price-list line"
    POLICY = "discount policy"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class Discount:
    """One discount: percent, or an amount for the whole line when `is_amount` (D-5.1, D-5.2).

    A negative value is a surcharge.
    """

    value: Decimal
    is_amount: bool = False
    application: Application = Application.CASCADE
    priority: int = 0
    source: DiscountSource = DiscountSource.MANUAL
    type: str = ""
    excluded_from_commission: bool = False


class VatKind(StrEnum):
    """D-2.4."""

    NORMAL = "normal"
    EXEMPT = "exempt"
    REVERSE_CHARGE = "reverse charge"
    INTRA_EU = "intra-EU"


@dataclass(frozen=True, slots=True)
class VatCode:
    """A VAT or sales-tax code; `rate` in percent."""

    code: str
    rate: Decimal
    kind: VatKind = VatKind.NORMAL
    description: str = ""


@dataclass(frozen=True, slots=True)
class Uom:
    """A unit of measure of an item: `factor` main units in one of it, `decimals` of its quantities."""

    code: str
    factor: Decimal = ONE
    decimals: int = 0


class PriceOrigin(StrEnum):
    """D-4.8b."""

    LIST = "list"
    ITEM = "item"
    MANUAL = "manual"
    DOCUMENT = "document"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class PriceSource:
    """Why this price (D-4.8b): list, version, break, and what was tried before it.

    `uom` is the unit the price was found in. `tied` names the lists between which no rule decides
    (D-4.8); `settled` says that the clerk chose this list among tied ones. `policy` gave the line's
    discounts of that source (D-5.4), undecided among `policies_tied` when there are any.
    """

    origin: PriceOrigin
    price_list: str = ""
    version: dt.date | None = None
    min_quantity: Decimal | None = None
    uom: str = ""
    destination: str = ""
    tried: tuple[str, ...] = ()
    tied: tuple[str, ...] = ()
    settled: bool = False
    policy: str = ""
    policies_tied: tuple[str, ...] = ()


NO_PRICE = PriceSource(PriceOrigin.NONE)


@dataclass(frozen=True, slots=True)
class AgentShare:
    """An agent on the order or on a line; `percent` None means no commission, which is not 0 % (D-10.1)."""

    agent: str
    percent: Decimal | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line as typed and priced. `gross` and `net` are already rounded (D-6.2).

    `price` is per `uom`, with up to six decimals; `cost` (company currency) and `weight` are per main
    unit, as on the item card. `net` is before final discounts. `id` is the stored row of a line that
    was saved before, 0 for a new one. `warnings` each end with their rule. A `cancelled` line counts in
    amounts with what was executed of it (P-141).
    """

    line_type: LineType
    description: str = ""
    item: str = ""
    quantity: Decimal = ZERO
    uom: Uom = Uom("")
    price: Decimal = ZERO
    price_source: PriceSource = NO_PRICE
    discounts: tuple[Discount, ...] = ()
    vat: VatCode | None = None
    vat_recourse: bool = False
    ready_date: dt.date | None = None
    delivery_date: dt.date | None = None
    note: str = ""
    agents: tuple[AgentShare, ...] | None = None
    cost: Decimal = ZERO
    weight: Decimal = ZERO
    warnings: tuple[str, ...] = ()
    gross: Decimal = ZERO
    net: Decimal = ZERO
    id: int = 0
    executed: Decimal = ZERO
    version: int = 0
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Expense:
    """A header expense (D-7 step 4): `percent` of items net − final discounts, or `amount`; at least `minimum`."""

    type: str
    vat: VatCode
    description: str = ""
    percent: Decimal | None = None
    amount: Decimal | None = None
    minimum: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Instalment:
    """One instalment of a payment term (D-8.1): shares in percent of taxable, VAT and expenses."""

    days: int
    share_taxable: Decimal = ZERO
    share_vat: Decimal = ZERO
    share_expenses: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class ExcludedMonth:
    """A month in which nothing falls due, and where its due dates go (D-8.3b)."""

    month: int
    to_month: int
    to_day: int


@dataclass(frozen=True, slots=True)
class PaymentTerm:
    """D-8.1–8.3b."""

    code: str
    name: str
    instalments: tuple[Instalment, ...]
    commercial: bool = False
    monthly_settlement: bool = False
    weekly_settlement: bool = False
    extra_days: int = 0
    excluded_months: tuple[ExcludedMonth, ...] = ()


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """One payment line of an order (D-8.3b): a fixed `amount`, or `percent` of what the amounts leave.

    `discounts` are what the payment type grants (D-5.3).
    """

    payment_type: str
    term: PaymentTerm
    percent: Decimal | None = Decimal(100)
    amount: Decimal | None = None
    apply_from: dt.date | None = None
    discounts: tuple[Discount, ...] = ()


@dataclass(frozen=True, slots=True)
class Address:
    """Who or where, as it stood when the document took it (D-2.5)."""

    code: str = ""
    name: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    region: str = ""
    country: str = ""

    def one_line(self) -> str:
        """`Name, Street, Postcode City, Country`, without empty parts."""
        town = " ".join(part for part in (self.postcode, self.city) if part)
        return ", ".join(part for part in (self.name, self.street, town, self.region, self.country) if part)


@dataclass(frozen=True, slots=True)
class Currency:
    """`rate` company-currency units for one unit of this currency on `rate_date` (D-7.2)."""

    code: str
    decimals: int = 2
    rate: Decimal = ONE
    rate_date: dt.date | None = None


@dataclass(frozen=True, slots=True)
class OrderType:
    """What an order's type decides (D-12.4).

    `over_delivery` is the percentage by which what was ordered may be passed, and with `same_line_apart` a line
    delivered twice in one document has two lines there (D-15.4).
    """

    code: str
    name: str = ""
    numbering: str = ""
    automatic_confirmation: bool = False
    credit: bool = True
    exclude_lock: bool = False
    block_when_printed: bool = False
    execution_needs_print: bool = False
    vat_included: bool = False
    over_delivery: Decimal = ZERO
    same_line_apart: bool = False


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """A customer order while it is typed, or a saved one opened again (`number`, `id`, `version` set).

    `discounts` are the header discounts copied to each new line, the payment type's among them
    (D-3.2, D-5.3); `final_discounts` work on the document (D-7 step 3). `email` is that of a prospect, whom no
    registry knows yet (D-13.1). `warnings` are those of the header, each ending with its rule.
    """

    type: OrderType
    date: dt.date
    customer: str = ""
    name: str = ""
    vat_number: str = ""
    tax_code: str = ""
    email: str = ""
    address: Address = Address()
    recipient: Address | None = None
    destination: Address = Address()
    language: str = ""
    zone: str = ""
    commercial_category: str = ""
    currency: Currency = Currency("EUR")
    vat_included: bool = False
    customer_vat: VatCode | None = None
    reference: str = ""
    delivery_date: dt.date | None = None
    ready_date: dt.date | None = None
    payments: tuple[PaymentLine, ...] = ()
    discounts: tuple[Discount, ...] = ()
    final_discounts: tuple[Discount, ...] = ()
    expenses: tuple[Expense, ...] = ()
    agents: tuple[AgentShare, ...] = ()
    carrier: str = ""
    shipping_method: str = ""
    delivery_terms: str = ""
    delivery_place: str = ""
    packing: str = ""
    deposit: Decimal = ZERO
    minimum_value: Decimal = ZERO
    note: str = ""
    internal_note: str = ""
    external_number: str = ""
    lines: tuple[OrderLine, ...] = ()
    warnings: tuple[str, ...] = ()
    number: str = ""
    status: OrderStatus = OrderStatus.DRAFT
    revision: int = 0
    id: int = 0
    version: int = 0
