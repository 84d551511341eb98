"""Who a prospect is once they buy: a customer there is already, or a code for a new one (D-13.1)."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, func, select

from fluorders_tui.data.tables import basics, parties
from fluorders_tui.data.tables.base import table

_CUSTOMER = table(parties.Customer)

#: Of a company without customers.
_FIRST = "C0001"


def customer_like(connection: Connection, name: str, vat_number: str) -> str | None:
    """The active customer with this name and VAT number, as an earlier offer made of the prospect; None without one."""
    if not vat_number:
        return None
    query = select(_CUSTOMER.c.code).where(
        _CUSTOMER.c.vat_number == vat_number, _CUSTOMER.c.name == name, _CUSTOMER.c.active
    )
    return connection.execute(query.order_by(_CUSTOMER.c.id).limit(1)).scalar()


def proposed_code(connection: Connection, besides: Collection[str] = ()) -> str:
    """The code after that of the newest customer, counted up until it is nobody's and not among `besides`."""
    newest = connection.execute(select(_CUSTOMER.c.code).order_by(_CUSTOMER.c.id.desc()).limit(1)).scalar()
    code = newest or _FIRST
    if newest is None and code not in besides:
        return code
    while True:
        code = _next(code)
        taken = connection.execute(select(func.count()).where(_CUSTOMER.c.code == code)).scalar_one()
        if not taken and code not in besides:
            return code


def _next(code: str) -> str:
    """`C0010` after `C0009`, `ROSSI1` after `ROSSI`."""
    letters = code.rstrip("0123456789")
    figures = code[len(letters) :]
    return f"{letters}{int(figures or 0) + 1:0{len(figures)}d}"


def known_customer(connection: Connection, code: str) -> bool:
    """Whether a customer has this code."""
    return connection.execute(select(_CUSTOMER.c.id).where(_CUSTOMER.c.code == code)).first() is not None


def known_country(connection: Connection, code: str) -> bool:
    """Whether there is a country with this code."""
    country = table(basics.Country)
    return connection.execute(select(country.c.id).where(country.c.code == code)).first() is not None
