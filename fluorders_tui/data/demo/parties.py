"""The demo company's customers with their conditions, as rows and as what they bring to an order (D-2.1)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from fluorders_tui.data.demo.catalogue import read_toml
from fluorders_tui.data.demo.known import Known
from fluorders_tui.data.demo.prices import SPECIAL
from fluorders_tui.data.demo.vat_numbers import vat_number
from fluorders_tui.domain.order import Address, AgentShare, Expense

#: Where the names that programs stumble over begin.
_FIRST_HARD = 11
_PRIVATE_SHARE = 0.04


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer. `lists` are list type, priority, default and extra discounts; `discounts` type and percent."""

    id: int
    code: str
    name: str
    vat_number: str
    address: Address
    phone: str
    email: str
    language: str
    currency: str
    zone: str
    category: str
    order_type: str
    vat: str
    payment_type: str
    payment_terms: str
    lists: tuple[tuple[str, int, bool, str], ...]
    search_by_priority: bool
    best_price: bool
    discounts: tuple[tuple[str, int], ...]
    final_discounts: str
    expenses: tuple[Expense, ...]
    agents: tuple[AgentShare, ...]
    destinations: tuple[Address, ...]
    default_destination: str
    carrier: str
    shipping_method: str
    delivery_terms: str
    delivery_place: str
    packing: str
    minimum_minor: int
    pop_up_note: str
    internal_note: str
    active: bool

    @property
    def special(self) -> bool:
        """Whether a price list belongs to this customer."""
        return any(kind == SPECIAL for kind, *_ in self.lists)


def make_customers(count: int, known: Known, rng: Random) -> list[Customer]:
    """The first `count` customers."""
    words = read_toml("words.toml")
    return [_Maker(known, words, rng, place).customer() for place in range(1, count + 1)]


_TERMS = {
    "IT": ("30EOM", "60EOM", "30/60EOM", "60EOMAD", "30EOM", "IMM"),
    "DE": ("14", "30", "30", "IMM"),
    "FR": ("30EOM", "60", "45"),
    "US": ("30", "45"),
}
_POP_UP_NOTES = (
    "Asks for a written confirmation of every order.",
    "Deliveries in the morning only.",
    "Always give the site's name in the reference.",
    "Pays late: mention the open invoices.",
)


class _Maker:
    """Makes up one customer; every choice is one throw of the dice, in a fixed order."""

    def __init__(self, known: Known, words: dict[str, Any], rng: Random, place: int) -> None:
        self.known = known
        self.words = words
        self.rng = rng
        self.place = place
        hard = words["hard"]["names"]
        self.hard = hard[place - _FIRST_HARD] if 0 <= place - _FIRST_HARD < len(hard) else ""
        self.country = self._country()
        self.land: dict[str, Any] = words[self.country]
        self.private = self.country == known.country and not self.hard and rng.random() < _PRIVATE_SHARE

    def _country(self) -> str:
        if self.place <= 3:
            return self.known.country if self.known.country in self.words else "IT"
        lands = [name for name, land in self.words.items() if "share" in land]
        return self.rng.choices(lands, [self.words[name]["share"] for name in lands])[0]

    def _chance(self, share: float) -> bool:
        return self.rng.random() < share

    def _name(self) -> str:
        land, pick = self.land, self.rng.choice
        if self.private:
            return f"{pick(['Giulia', 'Marco', 'Elena', 'Paolo', 'Sara', 'Luca'])} {pick(land['names'])}"
        text: str = pick(land["patterns"])
        return text.format(
            trade=pick(land["trades"]), name=pick(land["names"]), name2=pick(land["names"]), city=self.town[1]
        )

    def _address(self, code: str, name: str) -> Address:
        postcode, city, region, _ = self.town
        street = self.rng.choice(self.land["streets"]).format(n=self.rng.randrange(1, 180))
        return Address(code, name, street, postcode, city, region, self.country)

    def customer(self) -> Customer:
        """The customer."""
        rng, known, land = self.rng, self.known, self.land
        self.town: list[str] = rng.choice(land["cities"])
        name = self.hard or self._name()
        code = f"C{self.place:04d}"
        home = self.country == known.country
        category = "PRIVATE" if self.private else rng.choice(("TRADE", "TRADE", "RETAIL", "INDUSTRY", "WHOLESALE"))
        destinations, usual = self._destinations(name)
        currency = land["currency"] if land["currency"] in known.currency_decimals else known.currency
        return Customer(
            id=self.place,
            code=code,
            name=name,
            vat_number="" if self.private else vat_number(self.country, rng),
            address=self._address("", name),
            phone=f"{land['phone']}{rng.randrange(10**7, 10**8)}",
            email=f"orders@c{self.place:04d}.example",
            language=land["language"],
            currency=currency,
            zone=self._first("zones", self.town[3], "HOME" if home else "EU"),
            category=category,
            order_type="B2C" if self.private else "STD",
            vat=known.vat_of(self.country),
            payment_type=self._payment_type(),
            payment_terms=self._first(
                "payment-terms", "IMM" if self.private else rng.choice(_TERMS.get(self.country, ("30", "60"))), "30"
            ),
            lists=self._lists(category, currency),
            search_by_priority=self._chance(0.1),
            best_price=self._chance(0.08),
            discounts=self._discounts(),
            final_discounts=rng.choice(("2", "3", "5+2", "1.5")) if not self.private and self._chance(0.15) else "",
            expenses=self._expenses(),
            agents=self._agents(),
            destinations=destinations,
            default_destination=usual,
            carrier=rng.choice(list(self.words["carriers"])),
            shipping_method=self._first("shipping-methods", rng.choice(("COURIER", "FREIGHT", "OWN", "PICKUP")), ""),
            delivery_terms=self._first("delivery-terms", "DAP" if home else rng.choice(("EXW", "DAP", "FCA")), ""),
            delivery_place=self.town[1],
            packing=self._first("packings", rng.choice(("CARTON", "PALLET", "EURPAL", "CARTON")), ""),
            minimum_minor=rng.choice((5_000, 10_000, 15_000)) if self._chance(0.15) else 0,
            pop_up_note=rng.choice(_POP_UP_NOTES) if self._chance(0.06) else "",
            internal_note="Has bought here since the shop opened." if self._chance(0.05) else "",
            active=self.place < 30 or not self._chance(0.03),
        )

    def _first(self, registry: str, *codes: str) -> str:
        """The first of `codes` that the registry knows."""
        return next((code for code in codes if code in self.known.ids[registry]), "")

    def _payment_type(self) -> str:
        if self.private:
            return self._first("payment-types", "CARD")
        wanted = {"IT": ("RIBA", "RIBA", "BT"), "DE": ("BT", "SDD"), "FR": ("BT", "LCR")}.get(self.country, ("BT",))
        return self._first("payment-types", self.rng.choice(wanted), "BT")

    def _lists(self, category: str, currency: str) -> tuple[tuple[str, int, bool, str], ...]:
        if self.private:
            return (("SHOP", 10, True, ""),)
        if currency != self.known.currency:
            kind = {"GBP": "UK", "USD": "US"}.get(currency)
            return ((kind, 10, True, ""),) if kind else ()
        extra = self.rng.choice(("5", "3", "5+2")) if self._chance(0.2) else ""
        found = [("RETAIL", 10, True, "15")] if category == "RETAIL" else [("WHOLESALE", 20, True, extra)]
        usual = len(found)
        if self._chance(0.15):
            found.append(("KEY", 5, False, ""))
        if self.place % 33 == 5:
            found.append((SPECIAL, 2, False, ""))
        if len(found) > usual:
            # A default list would be looked in first (D-4.3): here the priority decides.
            found = [(kind, priority, False, text) for kind, priority, _, text in found]
        return tuple(found)

    def _discounts(self) -> tuple[tuple[str, int], ...]:
        if self.private or not self._chance(0.45):
            return ()
        first = ("D1", self.rng.choice((5, 8, 10, 12, 15, 20)))
        return (first, ("D2", self.rng.choice((2, 3, 5)))) if self._chance(0.3) else (first,)

    def _expenses(self) -> tuple[Expense, ...]:
        rng, found = self.rng, []
        if self._chance(0.35):
            amount = Decimal(rng.choice(("8.50", "12", "15", "19.90")))
            found.append(self._expense("TRANSPORT", None, amount, None))
        elif self._chance(0.2):
            found.append(self._expense("TRANSPORT", Decimal("1.5"), None, Decimal(9)))
        if self._chance(0.1):
            found.append(self._expense("COLLECTION", None, Decimal("3.5"), None))
        return tuple(sorted((one for one in found if one), key=lambda one: one.type))

    def _expense(
        self, code: str, percent: Decimal | None, amount: Decimal | None, minimum: Decimal | None
    ) -> Expense | None:
        vat = self.known.vat.get(self.known.expense_vat.get(code, ""))
        return Expense(code, vat, self.known.expense_names[code], percent, amount, minimum) if vat else None

    def _agents(self) -> tuple[AgentShare, ...]:
        if not self._chance(0.6):
            return ()
        code, name, *percent = self.rng.choice(self.words["people"]["agents"])
        return (AgentShare(code, Decimal(str(percent[0])) if percent else None, name),)

    def _destinations(self, name: str) -> tuple[tuple[Address, ...], str]:
        count = 1 if self.place == 1 else self.rng.choices((0, 1, 2, 3), (50, 25, 15, 10))[0]
        if self.private:
            return (), ""
        kinds = ("Warehouse", "Shop", "Building site")
        home = self.town
        found = []
        for place in range(count):
            self.town = self.rng.choice(self.land["cities"])
            found.append(self._address(f"D{place + 1}", f"{name[:90]} – {kinds[place]}"))
        self.town = home
        return tuple(found), "D1" if found and self._chance(0.5) else ""
