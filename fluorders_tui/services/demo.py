"""Demo data: a made-up wholesaler of hardware and electrical supplies, the same for the same seed and day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from fluorders_tui.data.demo.known import filled_with
from fluorders_tui.data.schema import migrate
from fluorders_tui.data.store import Store
from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.services.desk import Clock, open_desk, utc_now
from fluorders_tui.services.fast_start import fast_start

CUSTOMERS = 400
ITEMS = 3_000
ORDERS = 2_500
SEED = 1

SMALLEST_COMPANY = 100
"""Orders of a company that has offers and supplier orders too."""

COUNTRY = "IT"
COMPANY = "Forniture Demo S.p.A."

#: Fewer, and the wholesaler would have nothing to sell or nobody to sell to.
_LEAST = {"customers": 1, "items": 1, "orders": 0}
_MOST = {"customers": 1_000_000, "items": 1_000_000, "orders": 50_000_000}

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class DemoFilled:
    """What a fill wrote, and how many orders stand in each status."""

    customers: int
    items: int
    orders: int
    lines: int
    statuses: dict[str, int]
    offers: int = 0
    supplier_orders: int = 0


def _silent(_: str) -> None:
    return None


def fill_demo(
    store: Store,
    *,
    customers: int = CUSTOMERS,
    items: int = ITEMS,
    orders: int = ORDERS,
    seed: int = SEED,
    user: str,
    clock: Clock = utc_now,
    progress: Progress = _silent,
) -> DemoFilled:
    """Migrate a database, run the fast start where it wasn't, and fill it with demo data.

    The orders lie in the twelve months before the clock's day, and a few of the newest are held back; the rows are
    the same for the same numbers, seed and day. Customers, items and orders are stored together or not at all; offers
    and supplier orders come after them, as they would be entered. `progress` hears what is being done.

    Raises `Refused` for a database that holds orders, customers or items already, `Invalid` (field
    `customers`, `items` or `orders`) for an impossible number, `Unreachable`.
    """
    # Whoever opens a demo database that is there already doesn't wait for this.
    from fluorders_tui.data.demo.filling import Size, fill
    from fluorders_tui.services.demo_decisions import hold_some_back
    from fluorders_tui.services.order_list import status_counts

    for field, number in (("customers", customers), ("items", items), ("orders", orders)):
        if not _LEAST[field] <= number <= _MOST[field]:
            raise Invalid(f"{number:,} is not between {_LEAST[field]} and {_MOST[field]:,}.", field=field)
    migrate(store)
    found = filled_with(store)
    if found:
        raise Refused(
            f"This database has {found} already: demo data goes into a new one only.",
            field=store.shown_url,
            hint="Name another with --database.",
        )
    # The same day must give the same rows: the hour of the clock is not part of them.
    end = clock().astimezone(dt.UTC).replace(hour=18, minute=0, second=0, microsecond=0)
    start = end - dt.timedelta(days=400)
    fast_start(store, country=COUNTRY, company=COMPANY, user=user, clock=lambda: start, today=end.date())
    written = fill(store, Size(customers, items, orders), seed, end, progress)
    desk = open_desk(store, user, clock=lambda: end, version_checked=True)
    hold_some_back(desk)
    offers = supplier_orders = 0
    if orders >= SMALLEST_COMPANY:
        from fluorders_tui.services.demo_documents import add_offers, add_supplier_orders

        progress("offers and supplier orders")
        offers, supplier_orders = add_offers(store, seed, end), add_supplier_orders(store, seed, end)
    statuses = {status.value: found.count for status, found in status_counts(desk).items() if found.count}
    return DemoFilled(customers, items, orders, written.lines, statuses, offers, supplier_orders)


def ensure_demo(store: Store, *, user: str, clock: Clock = utc_now, progress: Progress = _silent) -> bool:
    """Make the demo database on first use; True when it was made now, False when it is there already.

    Raises `Unreachable`.
    """
    migrate(store)
    if filled_with(store):
        return False
    fill_demo(store, user=user, clock=clock, progress=progress)
    return True
