"""Receipts: answers that others can check, without a node (docs/receipts.md).

    from credence.receipt import verify

    statement = verify(Path("receipt.json").read_bytes(), "5E1F...9A", chain="credence-1")   # raises a Refusal
    if statement.unchecked:                                                                  # what this client cannot check
        ...

On the command line: `python3 -m credence.receipt FILE --trust HASH`.
"""

from .evidence import Shown
from .files import check_files
from .light import Trust
from .refusal import Refusal
from .statement import Answer, Evidence, FeedStatement, Input, Signed, Statement, Value, Work
from .verify import MAX_BYTES, is_feed, verify, verify_feed

__all__ = [
    "Answer", "Evidence", "FeedStatement", "Input", "MAX_BYTES", "Refusal", "Shown", "Signed", "Statement", "Trust", "Value", "Work", "check_files", "is_feed", "verify", "verify_feed",
]
