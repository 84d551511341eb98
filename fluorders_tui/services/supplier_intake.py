"""Supplier orders that programs hand over (interfaces §2), made by the same steps as on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fluorders_tui.data.terms import currency_on
from fluorders_tui.documents.supplier_order_json import SupplierLineInput, SupplierOrderInput
from fluorders_tui.domain.errors import DeskError, Invalid, Refused, Several
from fluorders_tui.domain.order import Address
from fluorders_tui.domain.supplier_orders import SupplierOrderDraft, SupplierOrderLine
from fluorders_tui.services.conditions import payment_term
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.supplier_drafts import line_from, new_supplier_order, supplier_lines, with_warehouse
from fluorders_tui.services.supplier_orders import SavedSupplierOrder, enter_supplier_orders

__all__ = ["enter_supplier_inputs"]


def enter_supplier_inputs(
    desk: Desk, given: Sequence[SupplierOrderInput], *, as_list: bool, dry_run: bool = False
) -> list[SavedSupplierOrder]:
    """Enter handed-over supplier orders, all or none; a dry run goes all the way and writes nothing.

    Raises one error or `Several`, placed as `lines[2].quantity`, in a list (`as_list`) as `[1].lines[2].quantity`.
    """
    errors: list[DeskError] = []
    drafts: list[SupplierOrderDraft] = []
    for number, one in enumerate(given, 1):
        try:
            drafts.append(_draft(desk, one))
        except Several as several:
            errors += [_placed(error, f"[{number}]." if as_list else "") for error in several.errors]
        except Refused as error:
            errors.append(_placed(error, f"[{number}]." if as_list else ""))
    if errors:
        raise errors[0] if len(errors) == 1 else Several(errors)
    return enter_supplier_orders(desk, drafts, dry_run=dry_run)


def _placed(error: DeskError, place: str) -> DeskError:
    return type(error)(error.message, field=f"{place}{error.field}", rule=error.rule, hint=error.hint)


def _draft(desk: Desk, given: SupplierOrderInput) -> SupplierOrderDraft:
    destination = given.destination if isinstance(given.destination, Address) else None
    draft = new_supplier_order(
        desk, given.supplier, given.type or "", given.date, drop_ship=bool(given.drop_ship), destination=destination
    )
    if given.currency is not None and given.currency != draft.currency.code:
        with desk.store.read() as connection:
            currency = currency_on(connection, given.currency, draft.date, desk.company.currency)
        draft = replace(draft, currency=currency)
    if given.payment_terms is not None:
        draft = replace(draft, payment_terms=payment_term(desk, given.payment_terms).code)
    if given.warehouse is not None:
        draft = with_warehouse(desk, draft, given.warehouse)
    draft = replace(
        draft,
        delivery_date=given.delivery_date or draft.delivery_date,
        reference=given.reference or "",
        note=given.note or "",
    )
    return replace(draft, lines=_lines(desk, draft, given))


def _lines(desk: Desk, draft: SupplierOrderDraft, given: SupplierOrderInput) -> tuple[SupplierOrderLine, ...]:
    known = supplier_lines(desk, draft, [line.item for line in given.lines])
    lines: list[SupplierOrderLine] = []
    errors: list[DeskError] = []
    for number, part in enumerate(given.lines, 1):
        try:
            if part.item not in known:
                raise Invalid(f"There is no item {part.item!r}.", field="item", rule="D-2.2")
            line = line_from(
                desk,
                draft,
                known[part.item],
                part.quantity,
                part.uom or "",
                price=part.price,
                discounts=part.discounts,
            )
            lines.append(_described(line, part, given))
        except Refused as error:
            errors.append(_placed(error, f"lines[{number}]."))
    if errors:
        raise errors[0] if len(errors) == 1 else Several(errors)
    return tuple(lines)


def _described(line: SupplierOrderLine, part: SupplierLineInput, given: SupplierOrderInput) -> SupplierOrderLine:
    """The line with what was given for it; the order's date counts for lines without their own."""
    return replace(
        line,
        delivery_date=part.delivery_date or given.delivery_date or line.delivery_date,
        description=line.description if part.description is None else part.description,
        note=part.note or "",
    )
