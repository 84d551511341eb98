"""The plain tables of D-2.4 that carry no rule of their own: countries, units, zones, categories, …"""

from __future__ import annotations

from typing import ClassVar

from fluorders_tui.data.tables.base import (
    Registry,
    RegistryRow,
    code,
    flag,
    long_text,
    optional_scaled,
    reference,
    text,
    whole,
)


class Language(RegistryRow, table=True):
    outside: ClassVar = Registry("languages", "Languages", "language", "Tables")
    code: str = code(length=8)
    name: str = text("Name", required=True, in_list=True)


class Country(RegistryRow, table=True):
    outside: ClassVar = Registry("countries", "Countries", "country", "Tables")
    code: str = code(length=2, help="ISO 3166 code of two letters.")
    name: str = text("Name", required=True, in_list=True)
    language_id: int | None = reference("language", "Language", registry="languages")
    european_union: bool = flag("In the EU", help="Sales to a company there are intra-EU.", in_list=True)


class Zone(RegistryRow, table=True):
    outside: ClassVar = Registry("zones", "Zones", "zone", "Tables")
    code: str = code()
    name: str = text("Name", in_list=True)


class Unit(RegistryRow, table=True):
    outside: ClassVar = Registry("units", "Units of measure", "unit", "Tables")
    code: str = code(length=12)
    name: str = text("Name", in_list=True)
    decimals: int = whole("Decimals", in_list=True, help="Places a quantity in this unit may have (D-6.3).")


class CommercialCategory(RegistryRow, table=True):
    __tablename__ = "commercial_category"
    outside: ClassVar = Registry("categories", "Commercial categories", "commercial category", "Tables")
    code: str = code()
    name: str = text("Name", in_list=True)


class ItemClass(RegistryRow, table=True):
    __tablename__ = "item_class"
    outside: ClassVar = Registry("item-classes", "Item classes", "item class", "Tables")
    code: str = code()
    name: str = text("Name", in_list=True)


class ItemType(RegistryRow, table=True):
    __tablename__ = "item_type"
    outside: ClassVar = Registry("item-types", "Item types", "item type", "Tables")
    code: str = code()
    name: str = text("Name", in_list=True)


class DiscountCategory(RegistryRow, table=True):
    __tablename__ = "discount_category"
    outside: ClassVar = Registry("discount-categories", "Discount categories", "discount category", "Tables")
    code: str = code()
    name: str = text("Name", in_list=True)


class Brand(RegistryRow, table=True):
    outside: ClassVar = Registry("brands", "Brands", "brand", "Tables")
    code: str = code()
    name: str = text("Name", in_list=True)


class ShippingMethod(RegistryRow, table=True):
    __tablename__ = "shipping_method"
    outside: ClassVar = Registry("shipping-methods", "Shipping methods", "shipping method", "Tables")
    code: str = code()
    name: str = text("Name", in_list=True)


class DeliveryTerm(RegistryRow, table=True):
    __tablename__ = "delivery_term"
    outside: ClassVar = Registry("delivery-terms", "Delivery terms", "delivery term", "Tables")
    code: str = code(length=8, help="Incoterms 2020 code, such as DAP.")
    name: str = text("Name", in_list=True)


class Packing(RegistryRow, table=True):
    outside: ClassVar = Registry("packings", "Packings", "packing", "Tables")
    code: str = code()
    name: str = text("Name", in_list=True)


class Warehouse(RegistryRow, table=True):
    outside: ClassVar = Registry("warehouses", "Warehouses", "warehouse", "Tables")
    code: str = code()
    name: str = text("Name", in_list=True)


class Carrier(RegistryRow, table=True):
    outside: ClassVar = Registry("carriers", "Carriers", "carrier", "Parties")
    code: str = code()
    name: str = text("Name", required=True, in_list=True)
    vat_number: str = text("VAT number", length=30)
    street: str = text("Street", tab="Address")
    postcode: str = text("Postcode", length=16, tab="Address")
    city: str = text("City", tab="Address", in_list=True)
    country_id: int | None = reference("country", "Country", registry="countries", tab="Address")
    phone: str = text("Phone", length=40, tab="Address")
    email: str = text("E-mail", tab="Address")


class Agent(RegistryRow, table=True):
    outside: ClassVar = Registry("agents", "Agents", "agent", "Parties")
    code: str = code()
    name: str = text("Name", required=True, in_list=True)
    commission_micro: int | None = optional_scaled(
        "Commission %", in_list=True, help="Usual percentage; empty is no commission, which is not 0 % (D-10.1)."
    )
    email: str = text("E-mail")
    phone: str = text("Phone", length=40)


class CodedNote(RegistryRow, table=True):
    __tablename__ = "coded_note"
    outside: ClassVar = Registry("notes", "Coded notes", "coded note", "Tables")
    code: str = code()
    language_id: int | None = reference("language", "Language", registry="languages", in_list=True)
    text: str = long_text("Text", required=True, in_list=True)


class LostReason(RegistryRow, table=True):
    __tablename__ = "lost_reason"
    outside: ClassVar = Registry(
        "lost-reasons", "Reasons for lost offers", "reason", "Tables", help="Why an offer was lost (D-13.1, P-104)."
    )
    code: str = code()
    name: str = text("Name", in_list=True)


class CancelReason(RegistryRow, table=True):
    __tablename__ = "cancel_reason"
    outside: ClassVar = Registry("cancel-reasons", "Cancellation reasons", "cancellation reason", "Tables")
    code: str = code()
    name: str = text("Name", in_list=True)
