"""What a new row takes from the company and from other rows where nothing is given."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from fluorders_tui.data.registries import registries
from fluorders_tui.data.registry_codes import Code, Codes
from fluorders_tui.data.registry_import import first_unit, main_units
from fluorders_tui.data.registry_rows import Transaction, Values, insert_rows
from fluorders_tui.domain.registry import Value
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.registry_checks import default_values

#: The unit that most companies sell in.
_USUAL_UNIT = "pc"


class Defaults:
    """Fills new rows of one transaction; `make_types` writes the list types that they needed."""

    def __init__(self, desk: Desk, connection: Transaction, codes: Codes) -> None:
        self._desk = desk
        self._connection = connection
        self._codes = codes
        self._units: dict[str, str] = {}
        self._types: list[str] = []

    def prepare(self, registry: str, rows: Iterable[Values]) -> None:
        """Read at once what `fill` will ask for these rows."""
        if registry == "price-list-lines":
            self._units = main_units(self._connection, {str(row["item"]) for row in rows if row.get("item")})

    def fill(self, registry: str, values: Values) -> None:
        """Complete a new row in place."""
        if registry == "items":
            self._default(values, "unit", self._usual_unit)
            self._default(values, "vat_code", self._usual_vat)
        elif registry == "price-lists":
            self._default(values, "currency", self._desk.company.currency)
            if values.get("list_type") is None and values.get("code"):
                values["list_type"] = self._own_type(str(values["code"]))
        elif registry == "price-list-lines" and values.get("unit") is None and values.get("item"):
            item = str(values["item"])
            if item not in self._units:
                self.prepare(registry, [values])
            values["unit"] = self._units.get(item)

    def make_types(self) -> None:
        """Write the list types that `fill` gave to price lists without one."""
        spec = registries()["price-list-types"].spec
        for code in self._types:
            values = default_values(spec) | {"code": code, "name": code}
            (row_id,) = insert_rows(self._connection, spec.name, [values], self._codes.id_of)
            self._codes.add(spec.name, Code(row_id, code, True))
        self._types.clear()

    @staticmethod
    def _default(values: Values, name: str, usual: Value) -> None:
        if values.get(name) is None and usual:
            values[name] = usual

    @cached_property
    def _usual_unit(self) -> str | None:
        found = self._codes.find("units", _USUAL_UNIT)
        if found is not None and found.active:
            return found.code
        return first_unit(self._connection)

    @cached_property
    def _usual_vat(self) -> str | None:
        code = self._desk.company.vat_code
        found = self._codes.find("vat-codes", code) if code else None
        return found.code if found is not None and found.active else None

    def _own_type(self, code: str) -> str:
        found = self._codes.find("price-list-types", code)
        if found is not None:
            return found.code
        self._types.append(code)
        self._codes.add("price-list-types", Code(0, code, True))
        return code
