"""Why a receipt proves nothing."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Iterator, NoReturn

from ..errors import CredenceError


class Refusal(CredenceError):
    """A receipt does not prove what it is shown for."""

    def __init__(self, reason: str, what: str):
        super().__init__(what)
        #: The reason in one word for programs, such as "signature" (docs/receipts.md, "Reasons of a refusal").
        self.reason = reason


def refuse(reason: str, what: str) -> NoReturn:
    raise Refusal(reason, what)


class Broken(Exception):
    """Bytes are not in the form in which they are read."""


@contextmanager
def reading(reason: str, what: str) -> Iterator[None]:
    """Turns what goes wrong with the bytes of others into a refusal."""
    try:
        yield
    except (Broken, UnicodeDecodeError) as e:
        raise Refusal(reason, f"{what} cannot be read: {e}") from e
