"""Items with units, barcodes, substitutes, suppliers, components and stock (D-2.2)."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from sqlalchemy import Index, UniqueConstraint

from fluorders_tui.data.tables.base import (
    ChildRow,
    Registry,
    RegistryRow,
    code,
    day,
    discounts,
    flag,
    name_key,
    reference,
    scaled,
    text,
    whole,
)


class Item(RegistryRow, table=True):
    __table_args__ = (
        Index("ix_item_search_text", "search_text"),
        Index("ix_item_name_key", "name_key", "id"),
    )
    outside: ClassVar = Registry("items", "Items", "item", "Items")
    name_key: str = name_key()
    code: str = code(length=40)
    description: str = text("Description", required=True, length=200, in_list=True, aliases=("name",))
    unit_id: int | None = reference(
        "unit", "Main unit", registry="units", required=True, in_list=True, aliases=("uom", "main_uom")
    )
    vat_code_id: int | None = reference("vat_code", "VAT code", registry="vat-codes", in_list=True, aliases=("vat",))
    sales_price_micro: int = scaled("Sales price", in_list=True, help="Per main unit (D-4.7).", aliases=("price",))
    standard_cost_micro: int = scaled("Standard cost", aliases=("cost",))
    last_cost_micro: int = scaled("Last cost")
    item_class_id: int | None = reference("item_class", "Class", registry="item-classes", aliases=("class",))
    item_type_id: int | None = reference("item_type", "Item type", registry="item-types")
    category_id: int | None = reference(
        "commercial_category", "Commercial category", registry="categories", aliases=("commercial_category",)
    )
    discount_category_id: int | None = reference(
        "discount_category", "Discount category", registry="discount-categories"
    )
    brand_id: int | None = reference("brand", "Brand", registry="brands")
    weight_micro: int = scaled("Weight", help="Kilograms per main unit.")
    pack_quantity_micro: int = scaled(
        "Pack quantity", tab="Checks", help="Quantities should be multiples of it (D-6.3)."
    )
    economic_lot_micro: int = scaled("Economic lot", tab="Checks", help="Smallest quantity worth delivering (D-6.3).")
    running_out: bool = flag("Running out", tab="Checks", help="The clerk is warned (D-6.3).")
    running_out_date: dt.date | None = day("Running out on", tab="Checks")
    blocked: bool = flag("Blocked", tab="Checks", help="Can't be sold (D-6.3).")


class ItemUnit(ChildRow, table=True):
    __tablename__ = "item_unit"
    __table_args__ = (UniqueConstraint("item_id", "unit_id"),)
    outside: ClassVar = Registry(
        "item-units", "Alternative units", "alternative unit", "Items", ("item", "unit"), "item"
    )
    item_id: int = reference("item", "Item", registry="items", required=True, in_list=True)
    unit_id: int = reference("unit", "Unit", registry="units", required=True, in_list=True, aliases=("uom",))
    factor_micro: int = scaled("Factor", required=True, in_list=True, help="Main units in one of this unit.")


class Barcode(ChildRow, table=True):
    outside: ClassVar = Registry("barcodes", "Barcodes", "barcode", "Items", ("barcode",), "item")
    item_id: int = reference("item", "Item", registry="items", required=True, in_list=True)
    barcode: str = code("Barcode", length=48)
    unit_id: int | None = reference(
        "unit", "Unit", registry="units", in_list=True, help="Unit that the barcode sells.", aliases=("uom",)
    )


class ItemDescription(ChildRow, table=True):
    __tablename__ = "item_description"
    __table_args__ = (UniqueConstraint("item_id", "language_id"),)
    outside: ClassVar = Registry(
        "item-descriptions", "Descriptions", "description", "Items", ("item", "language"), "item"
    )
    item_id: int = reference("item", "Item", registry="items", required=True, in_list=True)
    language_id: int = reference("language", "Language", registry="languages", required=True, in_list=True)
    description: str = text("Description", length=200, required=True, in_list=True)


class ItemSubstitute(ChildRow, table=True):
    __tablename__ = "item_substitute"
    __table_args__ = (UniqueConstraint("item_id", "substitute_id"),)
    outside: ClassVar = Registry(
        "item-substitutes", "Substitutes", "substitute", "Items", ("item", "substitute"), "item"
    )
    item_id: int = reference("item", "Item", registry="items", required=True, in_list=True)
    substitute_id: int = reference("item", "Substitute", registry="items", required=True, in_list=True)
    priority: int = whole("Priority", default=10, in_list=True)


class ItemSupplier(ChildRow, table=True):
    __tablename__ = "item_supplier"
    __table_args__ = (UniqueConstraint("item_id", "supplier_id"),)
    outside: ClassVar = Registry(
        "item-suppliers", "Preferred suppliers", "preferred supplier", "Items", ("item", "supplier"), "item"
    )
    item_id: int = reference("item", "Item", registry="items", required=True, in_list=True)
    supplier_id: int = reference("supplier", "Supplier", registry="suppliers", required=True, in_list=True)
    code: str = text("Supplier's code", length=40, in_list=True)
    price_micro: int = scaled("Price", in_list=True)
    lead_time_days: int = whole("Lead time in days", in_list=True)
    min_lot_micro: int = scaled("Least lot", in_list=True, help="The least they deliver, in the item's main unit.")
    priority: int = whole("Priority", default=10, in_list=True)
    default: bool = flag("Default", in_list=True)


class ItemComponent(ChildRow, table=True):
    __tablename__ = "item_component"
    __table_args__ = (UniqueConstraint("item_id", "component_id"),)
    outside: ClassVar = Registry("item-components", "Components", "component", "Items", ("item", "component"), "item")
    item_id: int = reference("item", "Kit", registry="items", required=True, in_list=True)
    component_id: int = reference("item", "Component", registry="items", required=True, in_list=True)
    quantity_micro: int = scaled("Quantity", required=True, in_list=True, help="Component's main units in one kit.")


class Stock(ChildRow, table=True):
    __table_args__ = (UniqueConstraint("item_id", "warehouse_id"),)
    outside: ClassVar = Registry("stock", "Stock", "stock", "Items", ("item", "warehouse"), "item")
    item_id: int = reference("item", "Item", registry="items", required=True, in_list=True)
    warehouse_id: int = reference("warehouse", "Warehouse", registry="warehouses", required=True, in_list=True)
    quantity_micro: int = scaled("Quantity", required=True, in_list=True, help="In the item's main unit.")


class PriceListType(RegistryRow, table=True):
    """What customers are assigned to; dated lists of one type follow each other (D-4.1)."""

    __tablename__ = "price_list_type"
    outside: ClassVar = Registry("price-list-types", "Price-list types", "price-list type", "Prices")
    code: str = code()
    name: str = text("Name", in_list=True)


class PriceList(RegistryRow, table=True):
    __tablename__ = "price_list"
    outside: ClassVar = Registry("price-lists", "Price lists", "price list", "Prices")
    code: str = code()
    name: str = text("Name", in_list=True)
    list_type_id: int | None = reference(
        "price_list_type", "List type", registry="price-list-types", required=True, in_list=True, aliases=("type",)
    )
    customer_id: int | None = reference(
        "customer", "Customer", registry="customers", help="Only for this customer (D-4.2)."
    )
    currency_id: int | None = reference("currency", "Currency", registry="currencies", required=True, in_list=True)
    vat_included: bool = flag("VAT included", in_list=True)
    valid_from: dt.date | None = day("Valid from", in_list=True)
    valid_to: dt.date | None = day("Valid to", in_list=True)


class PriceListLine(ChildRow, table=True):
    __tablename__ = "price_list_line"
    __table_args__ = (
        UniqueConstraint(
            "item_id",
            "price_list_id",
            "unit_id",
            "variant",
            "destination",
            "min_quantity_micro",
            name="uq_price_list_line_key",
        ),
    )
    outside: ClassVar = Registry(
        "price-list-lines", "Prices", "price", "Prices",
        ("price_list", "item", "unit", "variant", "destination", "min_quantity"), "price_list",
    )  # fmt: skip
    price_list_id: int = reference("price_list", "Price list", registry="price-lists", required=True, in_list=True)
    item_id: int = reference("item", "Item", registry="items", required=True, in_list=True, index=False)
    unit_id: int | None = reference(
        "unit", "Unit", registry="units", required=True, index=False, in_list=True, aliases=("uom",)
    )
    variant: str = text("Variant", length=30)
    destination: str = text("Destination", length=30, help="Code of the customer's destination (D-4.5).")
    min_quantity_micro: int = scaled(
        "From quantity", in_list=True, help="Quantity break (D-4.5).", aliases=("quantity", "break")
    )
    price_micro: int = scaled("Price", required=True, in_list=True)
    discounts: str = discounts(in_list=True)


class DiscountPolicy(RegistryRow, table=True):
    """Discounts for any combination of customer, categories, item class and item (D-5.4)."""

    __tablename__ = "discount_policy"
    outside: ClassVar = Registry(
        "discount-policies", "Discount policies", "discount policy", "Prices",
        help="The first combination with a hit supplies the discounts (D-5.4).",
    )  # fmt: skip
    code: str = code()
    name: str = text("Name", in_list=True)
    customer_id: int | None = reference("customer", "Customer", registry="customers", in_list=True)
    category_id: int | None = reference(
        "commercial_category",
        "Customer's category",
        registry="categories",
        in_list=True,
        aliases=("commercial_category",),
    )
    item_class_id: int | None = reference("item_class", "Item class", registry="item-classes", in_list=True)
    discount_category_id: int | None = reference(
        "discount_category", "Discount category", registry="discount-categories", in_list=True
    )
    item_id: int | None = reference("item", "Item", registry="items", in_list=True)
    valid_from: dt.date | None = day("Valid from", in_list=True)
    valid_to: dt.date | None = day("Valid to", in_list=True)
    discounts: str = discounts(in_list=True, help="50+10+5; -3 is a surcharge (D-5.1).")


class DiscountCombination(RegistryRow, table=True):
    """The order in which combinations of criteria are tried (D-5.4)."""

    __tablename__ = "discount_combination"
    outside: ClassVar = Registry("discount-combinations", "Discount combinations", "discount combination", "Prices")
    code: str = code()
    name: str = text("Name", in_list=True)
    priority: int = whole("Priority", default=10, in_list=True, help="Ascending: the lowest is tried first.")
    customer: bool = flag("Customer", in_list=True)
    category: bool = flag("Customer's category", in_list=True)
    item_class: bool = flag("Item class", in_list=True)
    discount_category: bool = flag("Discount category", in_list=True)
    item: bool = flag("Item", in_list=True)
