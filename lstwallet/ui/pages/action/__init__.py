"""The one shape of every action: form → overview → review → pending → receipt.

A room writes an ``ActionForm``: its inputs, the command they mean, and the words. The
``ActionFlow`` does the rest inside the kit's ``ActionPanel``: it previews while one types,
puts refusals beside the field that caused them, keeps what was typed on every error,
asks again when the world moved between review and Confirm, and never claims success
before the engine has answered.
"""

from lstwallet.ui.pages.action.flow import ActionFlow
from lstwallet.ui.pages.action.form import ActionForm, Field, offer_ether, read_amount
from lstwallet.ui.pages.action.records import (
    Change,
    Check,
    Fact,
    Header,
    Move,
    NextStep,
    NotYet,
    Receipt,
    Review,
)

__all__ = [
    "ActionFlow", "ActionForm", "Change", "Check", "Fact", "Field", "Header", "Move", "NextStep",
    "NotYet", "Receipt", "Review", "offer_ether", "read_amount",
]  # fmt: skip
