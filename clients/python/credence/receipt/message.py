"""A reader of protobuf. It is strict where signatures and proofs cover the bytes, so that a receipt has one encoding."""

from __future__ import annotations

from typing import Collection, Mapping

from .refusal import Broken

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


def read_varint(b: bytes, at: int) -> tuple[int, int]:
    """Returns the number at a place, and the place after it."""
    value = 0
    for n in range(10):
        if at >= len(b):
            raise Broken("it is cut off")
        byte = b[at]
        at += 1
        value |= (byte & 0x7F) << 7 * n
        if byte < 0x80:
            if byte == 0 and n > 0 or value >= 1 << 64:
                raise Broken("a number is not in its one encoding")
            return value, at
    raise Broken("a number is too long")


def sign(value: int) -> int:
    """Reads 64 bits as a number with a sign."""
    return value - (1 << 64) if value >= 1 << 63 else value


class Message:
    """The fields of a message by number, each a list of numbers and bytes in their order."""

    def __init__(self, encoded: bytes):
        self.fields: dict[int, list[int | bytes | None]] = {}
        at = 0
        while at < len(encoded):
            number, kind, value, at = _read_field(encoded, at)
            self.fields.setdefault(number, []).append(value)

    @classmethod
    def strict(cls, encoded: bytes, kinds: Mapping[int, int], repeated: Collection[int] = (), always: Collection[int] = ()) -> Message:
        """Reads a message that is in its one encoding: known fields in their order, each once unless it is repeated. A zero and an empty
        field are left out, except for fields that are `always` written."""
        at = before = 0
        seen: set[int] = set()
        while at < len(encoded):
            number, kind, value, at = _read_field(encoded, at)
            if kinds.get(number) != kind or number < before or number in seen and number not in repeated:
                raise Broken("it is not in its one encoding")
            if not value and number not in repeated and number not in always:
                raise Broken("it is not in its one encoding")
            seen.add(number)
            before = number
        if not seen.issuperset(always):
            raise Broken("it is not in its one encoding")
        return cls(encoded)

    def __contains__(self, number: int) -> bool:
        return number in self.fields

    def number(self, field: int) -> int:
        value = self.fields[field][-1] if field in self.fields else 0
        if not isinstance(value, int):
            raise Broken(f"field {field}: expected a number")
        return value

    def signed(self, field: int) -> int:
        return sign(self.number(field))

    def bytes(self, field: int, size: int | None = None) -> bytes:
        """The bytes of a field. One of a fixed size that is left out is all zeros."""
        if field not in self.fields:
            return b"" if size is None else bytes(size)
        value = self.fields[field][-1]
        if not isinstance(value, bytes) or size is not None and len(value) != size:
            raise Broken(f"field {field}: expected {'bytes' if size is None else f'{size} bytes'}")
        return value

    def text(self, field: int) -> str:
        return self.bytes(field).decode("utf-8")

    def each(self, field: int) -> list[bytes]:
        out = []
        for value in self.fields.get(field, []):
            if not isinstance(value, bytes):
                raise Broken(f"field {field}: expected bytes")
            out.append(value)
        return out

    def within(self, field: int) -> Message:
        return Message(self.bytes(field))

    def messages(self, field: int) -> list[Message]:
        return [Message(one) for one in self.each(field)]

    def numbers(self, field: int) -> list[int]:
        """Repeated numbers, packed or not."""
        out: list[int] = []
        for value in self.fields.get(field, []):
            if isinstance(value, int):
                out.append(value)
                continue
            if value is None:
                raise Broken(f"field {field}: expected numbers")
            at = 0
            while at < len(value):
                one, at = read_varint(value, at)
                out.append(one)
        return out


def _read_field(b: bytes, at: int) -> tuple[int, int, int | bytes | None, int]:
    """Returns the number, the kind and the value of the field at a place, and the place after it. Fixed numbers are skipped."""
    tag, at = read_varint(b, at)
    number, kind = tag >> 3, tag & 7
    if number < 1:
        raise Broken("a field without a number")
    if kind == VARINT:
        value, at = read_varint(b, at)
        return number, kind, value, at
    if kind == BYTES:
        size, at = read_varint(b, at)
    elif kind in (FIXED64, FIXED32):
        size = 8 if kind == FIXED64 else 4
    else:
        raise Broken("a field of an unknown kind")
    if size > len(b) - at:
        raise Broken("it is cut off")
    return number, kind, b[at : at + size] if kind == BYTES else None, at + size
