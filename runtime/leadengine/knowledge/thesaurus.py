"""Words people ask with, and words firms write with, for the same thing; English.

General language of trade and service, no firm's own words. A word stands for every other of its row.
"""

import re
from collections.abc import Iterator

_ROWS = """
cost price fee charge rate tariff expensive cheap pricing
phone telephone call ring mobile
mail email e-mail write message
address location postal postcode
ship deliver delivery shipping dispatch courier send post
abroad overseas international foreign outside
france germany spain ireland europe eu outside abroad britain
refund reimburse money-back repay
cancel cancellation abort revoke withdraw call-off
rent hire rental renting hiring lease
buy purchase order acquire
kid kids child children youngster son daughter toddler
adult grown-up grown-ups
teach learn lesson course class training tuition instruct
start begin founded found establish open set-up
shut close closed
christmas december xmas
holiday vacation
park parking car-park
wheelchair disabled accessible accessibility step-free barrier
staff employee team worker people
job vacancy hiring recruit career apprentice apply
green sustainable renewable solar environment eco climate energy electricity
warranty guarantee guaranteed cover
repair fix mend fixed
broken faulty defect defective damaged fault
bike bicycle cycle bikes
e-bike ebike electric
voucher gift-card coupon
instalment monthly finance credit loan
bill invoice
amex american-express
card visa mastercard
complain complaint unhappy dissatisfied
delete erase remove
data information details
used second-hand pre-owned old
scrap rubbish recycle recycling rusty waste
assemble build put-together assembled construct
try test trial
discount reduction rebate percent
deposit bond security
late delay overdue
pick-up collect collection fetch
weight heavy kg light weigh
fast quick speed
opening hours open times
dog pet animal dogs pets
wifi internet wireless
member membership join club
age year old young aged
distance range far mile km
company firm business corporate fleet
school teacher pupil
winter cold november
appointment slot booking book reservation
doctor physician surgery
flat apartment home house property
tenant renter landlord letting
insurance insured policy cover
theft stolen steal
lost lose
exchange swap replace
receipt proof invoice
colour color
size measure dimensions
open-air outdoor outside
guide lead leader led guided
boss manager owner director chief
lawyer solicitor legal
train railway station
coach bus
"""
_PHRASES = {
    "call off": "cancel",
    "put together": "assemble",
    "pick up": "collect",
    "set up": "establish",
    "gift card": "voucher",
    "money back": "refund",
    "american express": "amex",
    "grown ups": "adult",
    "per cent": "percent",
}
_WORD = re.compile(r"[\w£$€]+(?:[-./'][\w]+)*")
_ENDS = ("ing", "ies", "es", "ed", "s", "")


def _rows() -> dict[str, str]:
    known: dict[str, set[str]] = {}
    for row in _ROWS.strip().splitlines():
        words = row.split()
        for word in words:
            known.setdefault(word, set()).update(words)
    return {word: " ".join(sorted(others)).replace("-", " ") for word, others in known.items()}


_KNOWN = _rows()


def asked(question: str) -> Iterator[tuple[str, str]]:
    """The words of a question, each with the words that say the same; none for most."""
    text = question.lower()
    for phrase, word in _PHRASES.items():
        text = text.replace(phrase, word)
    for word in dict.fromkeys(_WORD.findall(text)):
        bare = word.removesuffix("'s")
        stems = (bare.removesuffix(end) for end in _ENDS)
        yield bare, next((_KNOWN[one] for one in (bare, *stems) if one in _KNOWN), "")
