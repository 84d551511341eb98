"""What each agent earns on an order (D-10).

The base of a line is its net after final discounts, in document currency without VAT. A discount
whose type is *excluded from commission* counts as if it had not been given: the agent's base is
what the line would be worth without it. In figures:

1. line part: `line.net`; when the line has an excluded discount, its gross after all the other
   discounts instead, unrounded;
2. final part: the line's share of the final discounts, counting only those not excluded, rounded
   and spread like the shares of D-7 step 3;
3. base = line part − final part; on a document with VAT included ÷ (1 + rate), unrounded;
4. commission = base × percent, rounded half up to the currency's decimals: once per line and agent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from fluorders_tui.domain.amounts import ITEM_LINES
from fluorders_tui.domain.discounts import net_after, without_excluded
from fluorders_tui.domain.money import EXACT, ZERO, round_half_up
from fluorders_tui.domain.order import AgentShare, LineType, OrderLine

_NOTHING = (ZERO, ZERO)


class LineCommission(NamedTuple):
    """What one agent earns on one line, in document currency (D-10.1).

    A named tuple, for a long order makes thousands of them at every change of a line.
    `percent` and `amount` are None for an agent without commission, which is not 0 %.
    `base` is unrounded.
    """

    agent: str
    name: str
    percent: Decimal | None
    base: Decimal
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class AgentCommission:
    """What one agent earns on the document, in document currency (D-10.2).

    `base` sums the bases of the lines on which the agent has a percentage, rounded once; `amount`
    is the sum of the lines' rounded commissions, None when the agent has a percentage on no line.
    """

    agent: str
    name: str
    base: Decimal
    amount: Decimal | None


def line_agents(
    line: OrderLine, header_agents: Sequence[AgentShare], *, on_give_aways: bool = False
) -> Sequence[AgentShare]:
    """The agents who share in `line`: its own, or the header's where it names none of its own (D-10.1).

    Notes earn nothing, give-aways nothing unless the parameter `on_give_aways` says so (D-5.6).
    A charge (transport, packing) is no sale: it earns only for agents named on the charge itself.
    """
    if line.line_type in ITEM_LINES or (on_give_aways and line.line_type is LineType.GIVE_AWAY):
        return header_agents if line.agents is None else line.agents
    if line.line_type is LineType.CHARGE:
        return line.agents or ()
    return ()


def commission_base(line: OrderLine, final_share: Decimal, vat_factor: Decimal | None = None) -> Decimal:
    """The unrounded amount on which agents earn for `line` (D-10.1; the module says how).

    `final_share` is the line's share of the final discounts that are not excluded from commission.
    `vat_factor` is 1 + the VAT rate where the document's amounts include VAT.
    """
    worth = line.net
    for discount in line.discounts:
        if discount.excluded_from_commission:
            worth = net_after(line.gross, without_excluded(line.discounts))
            break
    base = worth - final_share
    return base if vat_factor is None else EXACT.divide(base, vat_factor)


def line_commissions(agents: Iterable[AgentShare], base: Decimal, decimals: int) -> tuple[LineCommission, ...]:
    """What each of `agents` earns on a line worth `base` to them, half up to `decimals` (D-10.1)."""
    found: list[LineCommission] = []
    for agent in agents:
        amount = None
        if agent.percent is not None:
            amount = round_half_up(EXACT.multiply(base, agent.percent).scaleb(-2, EXACT), decimals) + ZERO
        found.append(LineCommission(agent.agent, agent.name, agent.percent, base, amount))
    return tuple(found)


def sum_per_agent(commissions: Iterable[LineCommission], decimals: int) -> tuple[AgentCommission, ...]:
    """The sum of `commissions` per agent, in the order in which the agents first appear (D-10.2)."""
    names: dict[str, str] = {}
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    for commission in commissions:
        agent = commission.agent
        if not names.get(agent):
            names[agent] = commission.name
        if commission.amount is not None:
            base, amount = sums.get(agent, _NOTHING)
            sums[agent] = (EXACT.add(base, commission.base), amount + commission.amount)
    return tuple(
        AgentCommission(
            agent,
            name,
            round_half_up(sums.get(agent, _NOTHING)[0], decimals) + ZERO,
            sums[agent][1] if agent in sums else None,
        )
        for agent, name in names.items()
    )
