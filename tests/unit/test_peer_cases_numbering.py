"""Numbers another order program gives for the same dates (tests/cases/peers.json)."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from fluorders_tui.domain.number_format import check_format
from fluorders_tui.domain.numbering import (
    Numbering,
    NumberingPolicy,
    Period,
    choose_number,
    number_text,
    period_key,
    policy_for,
)

CASES = Path(__file__).parents[1] / "cases" / "peers.json"

POLICIES = {
    "none": NumberingPolicy(),
    "yearly": NumberingPolicy(period=Period.YEARLY),
    "yearly, fiscal year starts in June": NumberingPolicy(period=Period.YEARLY, shift_months=5),
}


def _case() -> dict[str, Any]:
    cases: list[dict[str, Any]] = json.loads(CASES.read_text(encoding="utf-8"))
    return next(case for case in cases if case["id"] == "DOL-NUMBERING")


def test_sequences_of_numbers() -> None:
    case = _case()
    sequences, expected = case["inputs"]["sequences"], case["expected"]["numbers"]
    assert len(sequences) == len(expected) == 5
    for sequence, texts in zip(sequences, expected, strict=True):
        template = sequence["format"].replace("{0000}", "{number:04d}")
        numbering = Numbering("INV", format=template, policies=(POLICIES[sequence["reset"]],))
        last: dict[str, int] = {}
        shown = []
        for text in sequence["dates"]:
            date = dt.date.fromisoformat(text)
            policy = policy_for(numbering, date)
            key = period_key(policy, date)
            last[key] = choose_number(policy, last.get(key, 0))
            shown.append(number_text(numbering, date, last[key]))
        assert shown == texts


def test_their_formats_pass_our_check() -> None:
    for sequence in _case()["inputs"]["sequences"]:
        policy = POLICIES[sequence["reset"]]
        check_format(sequence["format"].replace("{0000}", "{number:04d}"), policy.period, policy.shift_months)
