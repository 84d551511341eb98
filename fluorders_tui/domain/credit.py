"""How far a customer is trusted: exposure with its parts, limits of customers and groups, dated blocks (D-11).

All amounts are in company currency. Which orders are looked at together, and when, is said by `services/order_gate`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from fluorders_tui.domain.money import EXACT, ZERO, fixed, round_half_up
from fluorders_tui.domain.order import OrderStatus

#: Decimals of company amounts in the database.
COMPANY_DECIMALS = 2

#: Open orders of these statuses use up credit; what is held back does so only once it is let go (P-150).
USING_CREDIT = (OrderStatus.ENTERED, OrderStatus.CONFIRMED, OrderStatus.PARTIAL)


class CreditPolicy(StrEnum):
    """What happens over the limit (D-11.1)."""

    NONE = "none"
    WARN = "warn"
    BLOCK = "block"


class BlockKind(StrEnum):
    """What a customer is blocked for (D-11.3)."""

    ORDERS = "orders"
    DELIVERIES = "deliveries"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Block:
    """A customer blocked between two days, both included; without one it has no beginning or end (D-11.3)."""

    kind: BlockKind
    reason: str
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None

    def holds(self, kind: BlockKind, today: dt.date) -> bool:
        """Whether it stops orders, or deliveries, today."""
        if self.kind not in (kind, BlockKind.BOTH):
            return False
        return (self.valid_from is None or self.valid_from <= today) and (
            self.valid_to is None or today <= self.valid_to
        )

    def today(self, today: dt.date) -> bool:
        """Whether it stops anything today."""
        return self.holds(self.kind if self.kind is not BlockKind.BOTH else BlockKind.ORDERS, today)

    @property
    def message(self) -> str:
        """What a person is told of it."""
        until = f" until {self.valid_to}" if self.valid_to else ""
        what = "orders and deliveries" if self.kind is BlockKind.BOTH else self.kind.value
        return f"The customer is blocked for {what}{until}: {self.reason or 'no reason given'}."


@dataclass(frozen=True, slots=True)
class CreditFigures:
    """The limit of a customer or a group, and what counts against it (D-11.1), as it is kept with a decision (D-11.3b).

    `balance` is executed but unpaid, `orders` what else is open, `own` what is open of the order looked at.
    """

    who: str
    policy: CreditPolicy
    limit: Decimal
    balance: Decimal = ZERO
    orders: Decimal = ZERO
    own: Decimal = ZERO

    @property
    def exposure(self) -> Decimal:
        """Σ of the parts."""
        return self.balance + self.orders + self.own

    @property
    def excess(self) -> Decimal:
        """How far the exposure is over the limit, never below zero."""
        return max(self.exposure - self.limit, ZERO)

    @property
    def free(self) -> Decimal:
        """What is left of the limit; negative beyond it."""
        return self.limit - self.exposure

    @property
    def message(self) -> str:
        """Why an order is held, with all amounts."""
        return (
            f"Credit limit of {self.who}: {_money(self.exposure)} of {_money(self.limit)}"
            f" ({_money(self.balance)} unpaid + {_money(self.orders)} other open orders"
            f" + {_money(self.own)} this order), {_money(self.excess)} too much."
        )


@dataclass(frozen=True, slots=True)
class Account:
    """A limit with what counts against it, before any order is looked at: the customer's own or its group's."""

    who: str
    policy: CreditPolicy
    limit: Decimal | None
    balance: Decimal = ZERO
    orders: Decimal = ZERO

    @property
    def checked(self) -> bool:
        """Whether there is anything to check: a policy, and a limit (none is not a limit of nothing, P-152)."""
        return self.policy is not CreditPolicy.NONE and self.limit is not None

    def figures(self, own: Decimal, others: Decimal = ZERO) -> CreditFigures:
        """With an order of `own`, beside `others` that the account's orders don't hold yet."""
        limit = self.limit if self.limit is not None else ZERO
        return CreditFigures(self.who, self.policy, limit, self.balance, self.orders + others, own)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the company thinks of a customer: accounts, blocks, and whether a supervisor sees every order (D-11.3)."""

    customer: str
    accounts: tuple[Account, ...] = ()
    blocks: tuple[Block, ...] = ()
    always_authorise: bool = False

    def over(self, own: Decimal, others: Decimal = ZERO) -> tuple[CreditFigures, ...]:
        """The figures of every account that an order of `own` takes over its limit (D-11.2)."""
        found = (account.figures(own, others) for account in self.accounts if account.checked)
        return tuple(one for one in found if one.excess > 0)

    def stopped(self, kind: BlockKind, today: dt.date) -> tuple[Block, ...]:
        """The blocks that hold today."""
        return tuple(block for block in self.blocks if block.holds(kind, today))


#: Nothing is known: no limit, no block.
UNKNOWN = Standing("")


@dataclass(frozen=True, slots=True)
class OpenPart:
    """What of a line is still to be executed: its net, its quantity, and how much of it is left."""

    net: Decimal
    quantity: Decimal
    left: Decimal


def open_value(gross: Decimal, parts: Iterable[OpenPart]) -> Decimal:
    """The gross of an order that is not executed yet (D-11.1), never below zero.

    Charges, expenses, discounts of the document and VAT follow the lines' net: in proportion, rounded half up (P-151).
    An order whose lines are worth nothing counts whole until the last of them is done.
    """
    lines = list(parts)
    if gross <= 0 or not any(part.left > 0 for part in lines):
        return ZERO
    if all(part.left >= part.quantity for part in lines if part.quantity > 0):
        return gross
    whole = sum((part.net for part in lines if part.net > 0), ZERO)
    if whole <= 0:
        return gross
    # The smallest unit of a quotient never decides: it is rounded to cents at the end.
    left = sum(
        (EXACT.divide(part.net * part.left, part.quantity) for part in lines if part.net > 0 and part.quantity > 0),
        ZERO,
    )
    return min(round_half_up(EXACT.divide(gross * left, whole), COMPANY_DECIMALS), gross)


def _money(amount: Decimal) -> str:
    return fixed(amount, COMPANY_DECIMALS)
