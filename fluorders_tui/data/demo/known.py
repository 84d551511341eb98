"""What stands in the database before the demo data comes: the tables that the fast start filled."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from fluorders_tui.data.context_rows import company_row
from fluorders_tui.data.numberings import load_numbering
from fluorders_tui.data.registries import registries
from fluorders_tui.data.store import Store
from fluorders_tui.data.tables import documents, items, parties
from fluorders_tui.data.tables.base import table
from fluorders_tui.data.terms import discount_types, order_types, payment_terms, vat_codes
from fluorders_tui.domain.conditions import DiscountType
from fluorders_tui.domain.numbering import Numbering
from fluorders_tui.domain.order import OrderType, PaymentTerm, VatCode, VatKind

_REFERRED = (
    "languages", "countries", "currencies", "zones", "units", "categories", "item-classes", "item-types",
    "discount-categories", "brands", "shipping-methods", "delivery-terms", "packings", "warehouses", "carriers",
    "agents", "suppliers", "price-list-types", "price-lists", "vat-codes", "discount-types", "expense-types",
    "payment-types", "payment-terms", "order-types", "users",
)  # fmt: skip


#: What the working sets of the fast start call a sale to another continent.
_EXPORT_CODES = ("N3.1", "AUSF", "EXPORT")


@dataclass(frozen=True)
class Known:
    """Rows by registry and code, and the tables that carry rules as the domain computes with them."""

    ids: dict[str, dict[str, int]]
    vat: dict[str, VatCode]
    discounts: tuple[DiscountType, ...]
    terms: dict[str, PaymentTerm]
    order_types: dict[str, OrderType]
    numberings: dict[str, tuple[int, Numbering]]
    decimals: dict[str, int]
    expense_vat: dict[str, str]
    expense_names: dict[str, str]
    country: str
    currency: str
    currency_decimals: dict[str, int]
    european_union: frozenset[str]
    usual_vat: str

    def vat_of(self, country: str) -> str:
        """The VAT code of sales to companies of `country`; empty at home and where the tables have none (D-3.3)."""
        if country == self.country:
            return ""
        if {country, self.country} <= self.european_union:
            return next((code.code for code in self.vat.values() if code.kind is VatKind.INTRA_EU), "")
        return next((code for code in _EXPORT_CODES if code in self.vat), "")

    def add(self, registry: str, codes: list[str]) -> dict[str, int]:
        """Number new rows of a registry after the existing ones; codes that exist are left out."""
        ids = self.ids[registry]
        following = max(ids.values(), default=0) + 1
        made = {code: following + place for place, code in enumerate(code for code in codes if code not in ids)}
        ids.update(made)
        return made


def read_known(store: Store) -> Known:
    """Read a database in which the fast start was run."""
    with store.read() as connection:
        ids: dict[str, dict[str, int]] = {}
        for registry in _REFERRED:
            columns = registries()[registry].table.c
            ids[registry] = {row.code: row.id for row in connection.execute(select(columns.code, columns.id))}
        kinds = order_types(connection)
        unit = registries()["units"].table
        country, currency = registries()["countries"].table, registries()["currencies"].table
        company = company_row(connection)
        expense, vat = registries()["expense-types"].table, registries()["vat-codes"].table
        return Known(
            ids=ids,
            vat={code.code: code for code in vat_codes(connection).values()},
            discounts=discount_types(connection),
            terms=payment_terms(connection),
            order_types=kinds,
            numberings={
                code: load_numbering(connection, code)
                for code in dict.fromkeys(kind.numbering for kind in kinds.values())
            },
            decimals={row.code: row.decimals for row in connection.execute(select(unit.c.code, unit.c.decimals))},
            expense_vat={
                row.code: row.vat
                for row in connection.execute(
                    select(expense.c.code, vat.c.code.label("vat")).join(vat, vat.c.id == expense.c.vat_code_id)
                )
            },
            expense_names={row.code: row.name for row in connection.execute(select(expense.c.code, expense.c.name))},
            country=company.country if company else "",
            currency=company.currency if company else "EUR",
            currency_decimals={
                row.code: row.decimals for row in connection.execute(select(currency.c.code, currency.c.decimals))
            },
            european_union=frozenset(
                connection.execute(select(country.c.code).where(country.c.european_union)).scalars()
            ),
            usual_vat=company.vat_code if company else "",
        )


def filled_with(store: Store) -> str:
    """What a database holds already that demo data would mix with; empty where there is nothing."""
    with store.read() as connection:
        for model, title in (
            (documents.CustomerOrder, "orders"),
            (parties.Customer, "customers"),
            (items.Item, "items"),
        ):
            if connection.execute(select(func.count()).select_from(table(model).select().limit(1).subquery())).scalar():
                return title
    return ""
