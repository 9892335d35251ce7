"""A customer table as companies export it: made up, always the same, and untidy on purpose.

What is wrong with it: amounts as text with signs and thousands separators; dates in three formats; several spellings of
missing, yes and no; an age of -1 or 999 where nobody asked; a column that never changes; ids and referral codes that
predict nothing; hundreds of towns; free text; rows exported twice; one class in eight.

What predicts: a short time as a customer, many tickets, a monthly contract, a high fee for what is used, a long
silence, an angry note. The towns and the ids do not.
"""

import math
import random
from collections.abc import Sequence
from datetime import date, timedelta

SEED = 20260142
ROWS = 4000
DUPLICATES = 37
TODAY = date(2026, 1, 31)

HEADER = (
    "customer_id",
    "signup_date",
    "last_contact",
    "region",
    "town",
    "plan",
    "contract",
    "age",
    "is_business",
    "monthly_fee",
    "total_spend",
    "data_used_gb",
    "support_tickets",
    "referral_code",
    "currency",
    "agent_note",
    "churned",
)

_MISSING = ("", "", "", "NA", "n/a", "-", "null")
_REGIONS = ("North", "South", "East", "West", "north", "South ")
_PLANS = (("Basic", 19.0), ("Plus", 39.0), ("Premium", 69.0), ("Family", 54.5))
_CONTRACTS = ("month-to-month", "one year", "two years")
_CALM = (
    "asked about an invoice, all clear now",
    "moved house, address updated",
    "happy with the service",
    "wanted to know about the new router",
    "called to say thanks",
)
_ANGRY = (
    "very unhappy about outages, third call",
    "says a competitor is cheaper",
    "threatens to cancel; price too high",
    "complains that nobody called back",
    "wants out of the contract",
)
_SYLLABLES = tuple("ber lin mar ton wes hol kir dal fen ost ral sted vik by ham ley".split())


def table() -> tuple[Sequence[str], list[Sequence[object]]]:
    """The header and rows; ``random.Random`` gives the same ones on every machine."""
    chance = random.Random(SEED)
    towns = sorted({_town(chance) for _ in range(600)})
    rows = [_customer(chance, number, towns) for number in range(ROWS)]
    rows += [list(chance.choice(rows)) for _ in range(DUPLICATES)]
    chance.shuffle(rows)
    return HEADER, rows


def _customer(chance: random.Random, number: int, towns: list[str]) -> list[object]:
    months = min(int(chance.expovariate(1 / 26)) + 1, 140)
    signup = TODAY - timedelta(days=months * 30 + chance.randrange(30))
    silence = min(int(chance.expovariate(1 / 60)), max((TODAY - signup).days, 1))
    plan, base = chance.choices(_PLANS, weights=(5, 4, 2, 2))[0]
    contract = chance.choices(_CONTRACTS, weights=(6, 3, 2))[0]
    business = chance.random() < 0.18
    fee = base * (1.25 if business else 1) * chance.uniform(0.85, 1.25)
    used = chance.lognormvariate(2.6, 0.8)
    tickets = min(int(chance.expovariate(1 / 1.3)), 14)

    pull = (
        -4.5
        + 1.3 * (contract == "month-to-month")
        + 1.5 * math.exp(-months / 9)
        + 0.42 * tickets
        + 0.022 * (fee - 40)
        + 0.006 * silence
        - 0.018 * used
        + chance.gauss(0, 0.5)
    )
    angry = chance.random() < 1 / (1 + math.exp(-(pull + 1.2)))
    leaves = chance.random() < 1 / (1 + math.exp(-(pull + 1.4 * angry)))
    return [
        f"C-{number * 7919 % 1_000_003:06d}",
        _date(chance, signup),
        _sometimes(chance, 0.09, _date(chance, TODAY - timedelta(days=silence))),
        _sometimes(chance, 0.03, chance.choice(_REGIONS)),
        chance.choice(towns),
        plan if chance.random() < 0.9 else plan.upper(),
        contract,
        _sometimes(chance, 0.06, _age(chance)),
        chance.choice(("yes", "Y", "1") if business else ("no", "N", "0")),
        f"${fee:.2f}",
        _sometimes(chance, 0.04, f"{fee * months * chance.uniform(0.9, 1.02):,.2f}"),
        _sometimes(chance, 0.12, f"{used:.1f}"),
        tickets,
        f"REF{chance.randrange(10**8):08d}" if chance.random() < 0.15 else "",
        "USD",
        _note(chance, angry),
        "yes" if leaves else "no",
    ]


def _sometimes(chance: random.Random, share: float, value: object) -> object:
    """The value, or for a share of the rows one of the spellings of missing."""
    return chance.choice(_MISSING) if chance.random() < share else value


def _date(chance: random.Random, day: date) -> str:
    return day.strftime(chance.choices(("%Y-%m-%d", "%d.%m.%Y", "%b %d, %Y"), weights=(8, 1, 1))[0])


def _age(chance: random.Random) -> int:
    odd = chance.random()
    if odd < 0.01:
        return 999
    if odd < 0.025:
        return -1
    return max(18, min(int(chance.gauss(47, 15)), 93))


def _note(chance: random.Random, angry: bool) -> str:
    if chance.random() < 0.35:
        return ""
    note = chance.choice(_ANGRY if angry else _CALM)
    return f"{note}, \"{chance.choice(('call back', 'no action', 'see ticket'))}\"" if chance.random() < 0.3 else note


def _town(chance: random.Random) -> str:
    return "".join(chance.choices(_SYLLABLES, k=chance.choice((2, 2, 3)))).capitalize()
