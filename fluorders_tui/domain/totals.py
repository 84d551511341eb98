"""The totals of a document, in the nine steps of D-7; pure computation on the draft (U-1.2).

Choices where D-7 is silent:

- Final discounts are borne by the coded and uncoded lines whose net has the sign of items net, so
  that a credit line among sales never takes a share. Without such lines there is nothing to discount.
- A line without VAT code counts under the code `''` at 0 %. Two snapshots of one code that differ
  in rate or kind stay apart.
- Give-aways keep out of every amount but `give_away`. With VAT recourse their VAT is computed per
  VAT code on their own sum, and enters that code's row as `give_away_tax`, a part of `tax`; hence
  Σ taxable of the rows = `taxable`, Σ tax = `vat` and `total` = `taxable` + `vat` hold always.
- With VAT included every step up to 4, give-aways too, is in amounts that contain VAT.
- Cost and weight of a line are per main unit, cost in company currency, as the item card has them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from fluorders_tui.domain.amounts import GOODS_LINES, ITEM_LINES, check_size, counted_quantity, discount_total
from fluorders_tui.domain.commissions import (
    AgentCommission,
    LineCommission,
    commission_base,
    line_agents,
    line_commissions,
    sum_per_agent,
)
from fluorders_tui.domain.discounts import net_after, without_excluded
from fluorders_tui.domain.errors import Refused
from fluorders_tui.domain.money import EXACT, HUNDRED, MICRO_DECIMALS, ONE, ZERO, plain, round_half_up, shares
from fluorders_tui.domain.order import Discount, Expense, LineType, OrderDraft, OrderLine, VatCode, VatKind

#: Where lines without a VAT code count.
NO_VAT = VatCode("", ZERO)


@dataclass(frozen=True, slots=True)
class VatRow:
    """One VAT code of the summary (D-7 steps 5–7), in document currency.

    `taxable` is without VAT, `tax` all VAT the customer pays under the code. `give_away` is the
    taxable value of give-aways with VAT recourse, which nobody pays, and `give_away_tax` the part
    of `tax` that stems from it.
    """

    vat: VatCode
    taxable: Decimal
    tax: Decimal
    give_away: Decimal = ZERO
    give_away_tax: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class ExpenseAmount:
    """A header expense as it came out (D-7 step 4); `amount` contains VAT where the document's amounts do."""

    type: str
    description: str
    vat: VatCode
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    """Every figure of a document (D-7), in document currency and its decimals unless it says otherwise.

    The sums that hold to the cent (D-7.1): `items_net` = `items_gross` − `discounts`;
    Σ `final_shares` = `final_discounts`; `taxable` + `vat` = `total`;
    `items_net` − `final_discounts` + `charges` + `expenses_total` = `taxable`, or with VAT included
    = `total` − `give_away_vat`; `balance_due` = `total` − `deposit`;
    `company_taxable` + `company_vat` = `company_total`.

    `final_shares`, `commission_shares` and `line_commissions` are aligned to the draft's lines.
    `commission_shares` are the shares of the final discounts not excluded from commission.
    `expenses_taxable` is `expenses_total` without VAT. `margin` is without VAT, over the lines
    whose cost is known, None without any; `margin_percent` is of their net. `weight` is in the
    unit of the item cards. The `company_…` figures are in company currency at the draft's rate
    (D-7.2).
    """

    items_gross: Decimal
    discounts: Decimal
    items_net: Decimal
    final_discounts: Decimal
    final_shares: tuple[Decimal, ...]
    charges: Decimal
    expenses: tuple[ExpenseAmount, ...]
    expenses_total: Decimal
    expenses_taxable: Decimal
    vat_summary: tuple[VatRow, ...]
    taxable: Decimal
    vat: Decimal
    give_away: Decimal
    give_away_vat: Decimal
    total: Decimal
    deposit: Decimal
    balance_due: Decimal
    commission_shares: tuple[Decimal, ...]
    line_commissions: tuple[tuple[LineCommission, ...], ...]
    commissions: tuple[AgentCommission, ...]
    margin: Decimal | None
    margin_percent: Decimal | None
    weight: Decimal
    company_taxable: Decimal
    company_vat: Decimal
    company_total: Decimal


def vat_percent(vat: VatCode) -> Decimal:
    """The percent that is charged: 0 for exempt, reverse-charge and intra-EU codes whatever their rate."""
    return vat.rate if vat.kind is VatKind.NORMAL else ZERO


def split_vat(amount: Decimal, vat: VatCode, decimals: int, *, vat_included: bool) -> tuple[Decimal, Decimal]:
    """Taxable and tax of the `amount` that a document sums up under `vat` (D-7 step 6)."""
    percent = vat_percent(vat)
    if vat_included:
        taxable = round_half_up(EXACT.divide(amount, ONE + percent.scaleb(-2, EXACT)), decimals) + ZERO
        return taxable, amount - taxable
    return amount, round_half_up(EXACT.multiply(amount, percent).scaleb(-2, EXACT), decimals) + ZERO


def vat_mode_warning(source_vat_included: bool, target_vat_included: bool) -> str:
    """What the clerk is told when lines go between documents with and without VAT; else '' (D-7.1b)."""
    if source_vat_included == target_vat_included:
        return ""
    if source_vat_included:
        return "The prices came with VAT included, this document is without VAT: its totals will differ."
    return "The prices came without VAT, this document has VAT included: its totals will differ."


def check_totals(totals: Totals) -> None:
    """Raise `Refused` when the document can't be entered as it stands (D-5.5 on the document, D-7 steps 3 and 8).

    Not part of `document_totals`: while an order is typed its totals are shown even when the final
    discounts still exceed the few lines there are.
    """
    if totals.items_net >= 0 and totals.final_discounts > totals.items_net:
        raise Refused(
            f"The final discounts of {plain(totals.final_discounts)} exceed the items net of "
            f"{plain(totals.items_net)}.",
            field="final_discounts",
            rule="D-5.5",
        )
    if totals.deposit < 0:
        raise Refused("A deposit can't be negative.", field="deposit", rule="D-7")


class _VatSums:
    """Sums per VAT code; the object of a code is found by identity first, for lines share it."""

    __slots__ = ("_by_id", "_rows")

    def __init__(self) -> None:
        self._rows: dict[tuple[str, Decimal, VatKind], tuple[VatCode, list[Decimal | None]]] = {}
        self._by_id: dict[int, list[Decimal | None]] = {}

    def add(self, vat: VatCode | None, amount: Decimal, column: int = 0) -> None:
        code = vat or NO_VAT
        row = self._by_id.get(id(code))
        if row is None:
            row = self._rows.setdefault((code.code, code.rate, code.kind), (code, [None, None]))[1]
            self._by_id[id(code)] = row
        row[column] = (row[column] or ZERO) + amount

    def without_vat(self, vat_included: bool) -> Decimal:
        """The unrounded sum over all codes, less the VAT it contains."""
        worth = ZERO
        for vat, (amount, _free) in self._rows.values():
            factor = ONE + vat_percent(vat).scaleb(-2, EXACT) if vat_included else ONE
            worth = EXACT.add(worth, EXACT.divide(amount or ZERO, factor))
        return worth

    def summary(self, decimals: int, vat_included: bool) -> tuple[VatRow, ...]:
        rows: list[VatRow] = []
        for vat, (paid, free) in sorted(self._rows.values(), key=lambda row: (row[0].code, row[0].rate, row[0].kind)):
            taxable, tax = split_vat(paid or ZERO, vat, decimals, vat_included=vat_included)
            value, value_tax = split_vat(free or ZERO, vat, decimals, vat_included=vat_included)
            rows.append(
                VatRow(vat, *(round_half_up(x, decimals) for x in (taxable, tax + value_tax, value, value_tax)))
            )
        return tuple(rows)


def _final_discounts(
    lines: Sequence[OrderLine], discounts: Sequence[Discount], gross: Decimal, net: Decimal, decimals: int
) -> tuple[Decimal, tuple[Decimal, ...]]:
    """The final discounts rounded once, and each line's share of them (D-7 step 3)."""
    zero = round_half_up(ZERO, decimals)
    spread = [zero] * len(lines)
    bearing = [i for i, line in enumerate(lines) if line.line_type in ITEM_LINES] if discounts else []
    if not bearing:
        return zero, tuple(spread)
    amount = round_half_up(net - net_after(gross, discounts, left=net), decimals) + ZERO
    check_size(amount, "final_discounts", "D-7")
    sign = -1 if net < 0 else 1
    weights = [max(sign * lines[i].net, ZERO) for i in bearing]
    for i, share in zip(bearing, shares(amount, weights, decimals), strict=True):
        spread[i] = share
    return amount, tuple(spread)


def _expense_amount(expense: Expense, base: Decimal, decimals: int) -> ExpenseAmount:
    if expense.percent is not None:
        amount = EXACT.multiply(base, expense.percent).scaleb(-2, EXACT)
    else:
        amount = expense.amount or ZERO
    if expense.minimum is not None:
        amount = max(amount, expense.minimum)
    check_size(amount, "expenses", "D-7")
    return ExpenseAmount(expense.type, expense.description, expense.vat, round_half_up(amount, decimals) + ZERO)


def _margin(draft: OrderDraft, final_shares: Sequence[Decimal]) -> tuple[Decimal | None, Decimal | None]:
    """Net after final discounts less cost, and its percent of that net, over the lines whose cost is known."""
    sold = _VatSums()
    spent = ZERO
    known = False
    for line, share in zip(draft.lines, final_shares, strict=True):
        if not line.cost or line.line_type not in GOODS_LINES:
            continue
        known = True
        quantity = EXACT.multiply(counted_quantity(line), line.uom.factor)
        spent = EXACT.add(spent, EXACT.multiply(quantity, line.cost))
        if line.line_type in ITEM_LINES:
            sold.add(line.vat, line.net - share)
    if not known:
        return None, None
    earned = sold.without_vat(draft.vat_included)
    margin = EXACT.subtract(earned, EXACT.divide(spent, draft.currency.rate))
    percent = round_half_up(EXACT.divide(EXACT.multiply(margin, HUNDRED), earned), 2) + ZERO if earned else None
    return round_half_up(margin, draft.currency.decimals) + ZERO, percent


def _commissions(
    draft: OrderDraft, commission_shares: Sequence[Decimal], on_give_aways: bool
) -> tuple[tuple[LineCommission, ...], ...]:
    decimals = draft.currency.decimals
    per_line: list[tuple[LineCommission, ...]] = []
    factor: Decimal | None = None
    for line, share in zip(draft.lines, commission_shares, strict=True):
        agents = line_agents(line, draft.agents, on_give_aways=on_give_aways)
        if not agents:
            per_line.append(())
            continue
        if draft.vat_included:
            factor = ONE + vat_percent(line.vat or NO_VAT).scaleb(-2, EXACT)
        per_line.append(line_commissions(agents, commission_base(line, share, factor), decimals))
    return tuple(per_line)


def _weight(lines: Sequence[OrderLine]) -> Decimal:
    weight = ZERO
    for line in lines:
        if line.weight and line.line_type in GOODS_LINES:
            quantity = EXACT.multiply(counted_quantity(line), line.uom.factor)
            weight = EXACT.add(weight, EXACT.multiply(quantity, line.weight))
    return round_half_up(weight, MICRO_DECIMALS)


def document_totals(draft: OrderDraft, *, company_decimals: int = 2, commission_on_give_aways: bool = False) -> Totals:
    """All totals of `draft` (D-7, D-10), from the gross and net that its lines already carry (`amounts`).

    `commission_on_give_aways` is the parameter of D-5.6.

    Raises `Invalid` (rule D-7) when a figure is beyond `money.LARGEST`, and `Refused` (D-7.2) when
    the currency's rate is not above zero. `check_totals` says whether the document may be entered.
    """
    decimals = draft.currency.decimals
    if draft.currency.rate <= 0:
        raise Refused("An exchange rate must be above zero.", field="currency", rule="D-7.2")

    def rounded(amount: Decimal) -> Decimal:
        return round_half_up(amount, decimals) + ZERO

    items_gross = items_net = charges = give_away = ZERO
    for line in draft.lines:
        if line.line_type in ITEM_LINES:
            items_gross += line.gross
            items_net += line.net
        elif line.line_type is LineType.CHARGE:
            charges += line.net
        elif line.line_type is LineType.GIVE_AWAY:
            give_away += line.net

    final, final_shares = _final_discounts(draft.lines, draft.final_discounts, items_gross, items_net, decimals)
    earning = without_excluded(draft.final_discounts)
    commission_shares = final_shares
    if len(earning) != len(draft.final_discounts):
        commission_shares = _final_discounts(draft.lines, earning, items_gross, items_net, decimals)[1]

    expenses = tuple(_expense_amount(expense, items_net - final, decimals) for expense in draft.expenses)
    expenses_total = sum((expense.amount for expense in expenses), ZERO)

    sums = _VatSums()
    for line, share in zip(draft.lines, final_shares, strict=True):
        if line.line_type in ITEM_LINES:
            sums.add(line.vat, line.net - share)
        elif line.line_type is LineType.CHARGE:
            sums.add(line.vat, line.net)
        elif line.line_type is LineType.GIVE_AWAY and line.vat_recourse:
            sums.add(line.vat, line.net, column=1)
    expense_sums = _VatSums()
    for expense in expenses:
        sums.add(expense.vat, expense.amount)
        expense_sums.add(expense.vat, expense.amount)
    vat_summary = sums.summary(decimals, draft.vat_included)
    taxable = sum((row.taxable for row in vat_summary), ZERO)
    vat = sum((row.tax for row in vat_summary), ZERO)
    total = taxable + vat

    per_line = _commissions(draft, commission_shares, commission_on_give_aways)
    margin, margin_percent = _margin(draft, final_shares)
    company_total = round_half_up(EXACT.multiply(total, draft.currency.rate), company_decimals) + ZERO
    company_vat = round_half_up(EXACT.multiply(vat, draft.currency.rate), company_decimals) + ZERO
    deposit = rounded(draft.deposit)
    for field, figure in (
        ("lines", items_gross),
        ("lines", items_net),
        ("lines", charges),
        ("lines", give_away),
        ("expenses", expenses_total),
        ("total", total),
        ("total", company_total),
        ("deposit", deposit),
    ):
        check_size(figure, field, "D-7")
    return Totals(
        items_gross=rounded(items_gross),
        discounts=rounded(discount_total(draft.lines)),
        items_net=rounded(items_net),
        final_discounts=final,
        final_shares=final_shares,
        charges=rounded(charges),
        expenses=expenses,
        expenses_total=rounded(expenses_total),
        expenses_taxable=rounded(
            sum((row.taxable for row in expense_sums.summary(decimals, draft.vat_included)), ZERO)
        ),
        vat_summary=vat_summary,
        taxable=rounded(taxable),
        vat=rounded(vat),
        give_away=rounded(give_away),
        give_away_vat=rounded(sum((row.give_away_tax for row in vat_summary), ZERO)),
        total=rounded(total),
        deposit=deposit,
        balance_due=rounded(total - deposit),
        commission_shares=commission_shares,
        line_commissions=per_line,
        commissions=sum_per_agent((one for line in per_line for one in line), decimals),
        margin=margin,
        margin_percent=margin_percent,
        weight=_weight(draft.lines),
        company_taxable=company_total - company_vat,
        company_vat=company_vat,
        company_total=company_total,
    )
