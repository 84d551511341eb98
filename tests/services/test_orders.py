"""Entering and changing orders on both databases: numbers, snapshots, amendments, counters, figures (D-9, D-12)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text, update

from fluorders_tui.data.order_rows import LINE, ORDER
from fluorders_tui.data.status_counters import counted
from fluorders_tui.domain.discounts import parse_discounts
from fluorders_tui.domain.draft_lines import delete_line, move_line, replace_line
from fluorders_tui.domain.entry import change_discounts, change_quantity, free_line
from fluorders_tui.domain.errors import Conflict, DeskError, Invalid, NotAllowed, Refused, Several
from fluorders_tui.domain.header import change_date, set_deposit, set_final_discounts, set_text
from fluorders_tui.domain.order import LineStatus, LineType, OrderDraft, OrderStatus
from fluorders_tui.services.conditions import order_type, usual_vat
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.orders import change_order, enter_order, enter_orders, next_number, open_order
from fluorders_tui.services.registries import get_row
from fluorders_tui.services.registry_saving import save_row
from tests.shop import draft, fill_shop, with_line

DAY = dt.date(2026, 11, 24)


@pytest.fixture
def desk(italian_desk: Desk) -> Desk:
    fill_shop(italian_desk)
    return italian_desk


def rows(desk: Desk, statement: str, **values: object) -> list[Mapping[str, Any]]:
    with desk.store.read() as connection:
        return [dict(row) for row in connection.execute(text(statement), values).mappings()]


def recounted(desk: Desk) -> dict[str, tuple[int, int]]:
    """The status counters as the orders themselves say."""
    found = rows(
        desk, "SELECT status, count(*) AS n, sum(company_total_minor) AS worth FROM customer_order GROUP BY status"
    )
    return {row["status"]: (row["n"], int(row["worth"])) for row in found}


def kept_counters(desk: Desk) -> dict[str, tuple[int, int]]:
    with desk.store.read() as connection:
        return counted(connection, "order")


def numbered(
    desk: Desk, code: str, policies: list[dict[str, object]], ranges: tuple[dict[str, object], ...] = ()
) -> None:
    """A numbering and an order type of the same code."""
    children = {"numbering-policies": policies, "numbering-ranges": list(ranges)}
    save_row(desk, "numberings", {"code": code, "name": code, "format": "{number:03d}-{type}"}, children=children)
    save_row(desk, "order-types", {"code": code, "name": code, "numbering": code})


def of_type(desk: Desk, code: str, date: dt.date = DAY, **texts: str) -> OrderDraft:
    made = replace(draft(desk), type=order_type(desk, code), date=date)
    for name, value in texts.items():
        made = set_text(made, name, value)
    return made


def test_what_was_entered_is_what_is_opened(desk: Desk) -> None:
    made = draft(desk, ("A-100", 12), ("A-120", "3"))
    made = set_final_discounts(made, parse_discounts("5+2"))
    made = set_deposit(set_text(made, "reference", "PO [b]7[/b]"), Decimal("10.50"))
    made = replace_line(made, 0, change_discounts(made, made.lines[0], "50+10+5"))
    note = free_line(made, LineType.NOTE, "As agreed")
    repair = free_line(made, LineType.UNCODED, "Repair", Decimal(2), Decimal("30.123456"), usual_vat(desk))
    made = replace(made, lines=(*made.lines, note, repair))
    saved = enter_order(desk, made)
    opened = open_order(desk, saved.number)
    assert opened.totals == saved.totals
    stored = replace(opened.draft, number="", id=0, version=0, status=OrderStatus.DRAFT)
    assert replace(stored, lines=tuple(replace(line, id=0, version=0) for line in stored.lines)) == made
    assert opened.due_dates == saved.due_dates


def test_numbers_have_no_gap_whatever_is_refused_between(desk: Desk) -> None:
    provisional = next_number(desk, draft(desk))
    numbers = [enter_order(desk, draft(desk)).number]
    assert numbers == [provisional]
    with pytest.raises(Several):
        enter_orders(desk, [draft(desk), replace(draft(desk), lines=())])
    with pytest.raises(DeskError):
        enter_orders(desk, [draft(desk), replace(draft(desk), customer="C0009")])
    assert enter_orders(desk, [draft(desk)] * 3, dry_run=True)[0].number == ""
    numbers += [saved.number for saved in enter_orders(desk, [draft(desk)] * 2)]
    assert numbers == [f"2026-0000{number}" for number in (1, 2, 3)]
    assert len(rows(desk, "SELECT number FROM v_order")) == 3
    next_year = enter_order(desk, replace(draft(desk), date=dt.date(2027, 1, 2)))
    assert next_year.number == "2027-00001"


def test_an_external_number_is_typed_and_unique(desk: Desk) -> None:
    numbered(desk, "EXT", [{"code": "P", "period": "none"}], ({"policy": "P", "start": 1, "external": True},))
    assert enter_order(desk, of_type(desk, "EXT", external_number="41")).number == "041-EXT"
    for wrong in ("41", "x", ""):
        with pytest.raises(Refused) as told:
            enter_order(desk, of_type(desk, "EXT", external_number=wrong))
        assert told.value.rule.startswith("D-9")
    assert len(rows(desk, "SELECT number FROM v_order")) == 1


def test_progressive_by_date_refuses_a_past_that_has_no_number(desk: Desk) -> None:
    numbered(desk, "PRO", [{"code": "P", "period": "none", "progressive_by_date": True}])
    assert enter_order(desk, of_type(desk, "PRO", DAY)).number == "001-PRO"
    assert enter_order(desk, of_type(desk, "PRO", DAY + dt.timedelta(2))).number == "002-PRO"
    with pytest.raises(Refused, match="No number is available"):
        enter_order(desk, of_type(desk, "PRO", DAY + dt.timedelta(1)))
    assert next_number(desk, of_type(desk, "PRO", DAY + dt.timedelta(1))) == ""
    assert enter_order(desk, of_type(desk, "PRO", DAY + dt.timedelta(2))).number == "003-PRO"


def test_gaps_are_recovered_where_dates_allow(desk: Desk) -> None:
    numbered(desk, "GAP", [{"code": "P", "period": "none", "recover_gaps": True, "progressive_by_date": True}])
    for days in (0, 1, 2):
        enter_order(desk, of_type(desk, "GAP", DAY + dt.timedelta(days)))
    with desk.store.write() as session:
        gone = select_id(desk, "002-GAP")
        session.connection().execute(LINE.delete().where(LINE.c.order_id == gone))
        session.connection().execute(ORDER.delete().where(ORDER.c.id == gone))
    assert enter_order(desk, of_type(desk, "GAP", DAY + dt.timedelta(5))).number == "004-GAP"
    assert enter_order(desk, of_type(desk, "GAP", DAY + dt.timedelta(1))).number == "002-GAP"


def select_id(desk: Desk, number: str) -> int:
    return int(rows(desk, "SELECT id FROM v_order WHERE number = :number", number=number)[0]["id"])


def test_a_date_in_another_period_is_refused_for_a_numbered_order(desk: Desk) -> None:
    opened = open_order(desk, enter_order(desk, draft(desk)).number).draft
    with pytest.raises(Refused) as told:
        change_order(desk, change_date(opened, dt.date(2027, 1, 2)))
    assert told.value.rule == "D-9.3b"
    assert change_order(desk, change_date(opened, dt.date(2026, 12, 1))).number == opened.number


def test_a_change_keeps_old_values_in_the_journal(desk: Desk) -> None:
    entered = open_order(desk, enter_order(desk, draft(desk, ("A-100", 1), ("A-110", 2))).number).draft
    changed = replace_line(entered, 1, change_quantity(entered, entered.lines[1], Decimal(7)))
    saved = change_order(desk, set_text(changed, "reference", "PO 9"), "customer rang")
    assert (saved.draft.revision, saved.draft.version) == (0, 2)
    entry = rows(desk, "SELECT * FROM v_journal WHERE event = 'changed'")[0]
    assert (entry["user"], entry["comment"], entry["number"]) == ("anna", "customer rang", saved.number)
    assert '"lines[2].quantity":"2"' in entry["before"]
    assert '"lines[2].quantity":"7"' in entry["after"]
    assert '"reference":"PO 9"' in entry["after"]
    assert change_order(desk, saved.draft).draft.version == 2


def test_after_confirmation_a_change_is_a_revision(desk: Desk) -> None:
    confirmed = enter_order(desk, of_type(desk, "WEB"))
    assert confirmed.draft.status is OrderStatus.CONFIRMED
    opened = open_order(desk, confirmed.number).draft
    saved = change_order(desk, with_line(desk, opened, "A-120", 4))
    assert saved.draft.revision == 1
    assert saved.line_statuses == (LineStatus.CONFIRMED, LineStatus.CONFIRMED)


def test_lines_keep_their_rows_when_others_go_or_move(desk: Desk) -> None:
    opened = open_order(desk, enter_order(desk, draft(desk, ("A-100", 1), ("A-110", 2), ("A-120", 3))).number).draft
    ids = [line.id for line in opened.lines]
    shorter = change_order(desk, move_line(delete_line(opened, 0), 1, 0)).draft
    assert [line.id for line in shorter.lines] == [ids[2], ids[1]]
    longer = change_order(desk, with_line(desk, shorter, "A-100", 9)).draft
    assert [line.item for line in longer.lines] == ["A-120", "A-110", "A-100"]
    assert [row["line"] for row in rows(desk, "SELECT line FROM v_order_line ORDER BY line")] == [1, 2, 3]


def test_what_was_executed_stays(desk: Desk) -> None:
    number = enter_order(desk, of_type(desk, "WEB")).number
    with desk.store.write() as session:
        session.connection().execute(update(LINE).values(executed_micro=5_000_000))
    opened = open_order(desk, number).draft
    fewer = replace(opened, lines=(replace(opened.lines[0], quantity=Decimal(4)),))
    other = replace(opened, lines=(replace(with_line(desk, opened, "A-110", 12).lines[1], id=opened.lines[0].id),))
    gone = replace(with_line(desk, opened, "A-110", 1), lines=with_line(desk, opened, "A-110", 1).lines[1:])
    for changed, rule in ((fewer, "D-15.2"), (other, "D-12.6"), (gone, "D-12.6")):
        with pytest.raises(Refused) as told:
            change_order(desk, changed)
        assert told.value.rule == rule


def test_of_two_desks_the_second_is_told_and_nothing_is_lost(desk: Desk) -> None:
    opened = open_order(desk, enter_order(desk, draft(desk)).number).draft
    change_order(replace(desk, user="bruno"), set_text(opened, "reference", "theirs"))
    for mine in ("mine", "theirs"):
        with pytest.raises(Conflict) as told:
            change_order(desk, set_text(opened, "reference", mine))
        assert told.value.rule == "D-12.7"
    assert open_order(desk, opened.number).draft.reference == "theirs"
    assert kept_counters(desk) == recounted(desk)


def test_printed_orders_are_a_supervisors(desk: Desk) -> None:
    save_row(desk, "order-types", {"code": "BLK", "name": "B", "numbering": "ORD", "block_when_printed": True})
    opened = open_order(desk, enter_order(desk, of_type(desk, "BLK")).number).draft
    with desk.store.write() as session:
        session.connection().execute(update(ORDER).values(printed_at=desk.now()))
    changed = set_text(opened, "reference", "x")
    with pytest.raises(NotAllowed):
        change_order(replace(desk, role="clerk"), changed)
    assert change_order(replace(desk, role="supervisor"), changed).draft.reference == "x"


def test_counters_equal_a_recount(desk: Desk) -> None:
    enter_orders(desk, [draft(desk), of_type(desk, "WEB"), draft(desk, ("A-120", 3))])
    opened = open_order(desk, enter_order(desk, draft(desk)).number).draft
    change_order(desk, with_line(desk, opened, "A-110", 5))
    assert kept_counters(desk) == recounted(desk)
    assert Counter({status: count for status, (count, _) in kept_counters(desk).items()}) == {
        "entered": 3,
        "confirmed": 1,
    }


def test_a_saved_order_doesnt_follow_the_registries(desk: Desk) -> None:
    saved = enter_order(desk, draft(desk, ("A-100", 12)))
    before = open_order(desk, saved.number)
    item = get_row(desk, "items", "A-100", children=False)
    save_row(
        desk,
        "items",
        {"sales_price": "99", "description": "Other", "vat_code": "10"},
        row_id=item.id,
        version=item.version,
    )
    customer = get_row(desk, "customers", "C0001", children=False)
    changed = {"name": "Sold", "payment_terms": "60EOM", "city": "Roma"}
    save_row(desk, "customers", changed, row_id=customer.id, version=customer.version)
    term = get_row(desk, "payment-terms", "30EOM", children=False)
    save_row(desk, "payment-terms", {"extra_days": 9}, row_id=term.id, version=term.version)
    assert open_order(desk, saved.number) == before
    # Saving it again takes nothing of that over either (D-3.5).
    again = change_order(desk, set_text(before.draft, "note", "n"))
    assert (again.totals, again.due_dates, again.draft.name) == (before.totals, before.due_dates, before.draft.name)


def test_views_show_the_domains_figures(desk: Desk) -> None:
    made = set_final_discounts(draft(desk, ("A-100", 12), ("A-120", 3), ("A-110", 7)), parse_discounts("3.33"))
    saved = enter_order(desk, made)
    order = rows(desk, "SELECT * FROM v_order")[0]
    totals = saved.totals
    figures = {
        "items_gross": totals.items_gross, "items_net": totals.items_net, "final_discounts": totals.final_discounts,
        "taxable": totals.taxable, "vat": totals.vat, "total": totals.total,
    }  # fmt: skip
    assert {name: Decimal(order[f"{name}_minor"]).scaleb(-2) for name in figures} == figures
    assert {name: round(Decimal(str(order[name])), 2) for name in figures} == figures
    lines = rows(desk, "SELECT * FROM v_order_line ORDER BY line")
    assert [Decimal(line["net_minor"]).scaleb(-2) for line in lines] == [line.net for line in made.lines]
    shares = [Decimal(line["final_discount_minor"]).scaleb(-2) for line in lines]
    assert shares == list(totals.final_shares)
    assert [Decimal(line["quantity_micro"]).scaleb(-6) for line in lines] == [12, 3, 7]


def test_everything_wrong_is_told_at_once(desk: Desk) -> None:
    made = draft(desk)
    wrong = replace(made, lines=(replace(made.lines[0], quantity=Decimal(0)), replace(made.lines[0], vat=None)))
    with pytest.raises(Several) as told:
        enter_order(desk, wrong)
    assert {error.field for error in told.value.errors} == {"lines[1].quantity", "lines[2].vat"}
    with pytest.raises(Invalid):
        open_order(desk, "2026-99999")
