"""Protobuf as transactions need it: a writer of a few field types, transactions, and the ids that follow from what is sent.

Field numbers are those of the SDK. A zero, an empty text and an empty list are left out, as proto3 has it.
"""

from __future__ import annotations

import hashlib
from typing import Any, Iterable


def varint(n: int) -> bytes:
    out = bytearray()
    while n > 0x7F:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


def number(field: int, n: int) -> bytes:
    """A number of 0 to 2^64 - 1, or a truth value."""
    if not 0 <= int(n) < 1 << 64:
        raise ValueError(f"field {field}: got {n}, expected 0 to 2^64 - 1")
    return varint(field << 3) + varint(int(n)) if n else b""


def data(field: int, raw: bytes | str, always: bool = False) -> bytes:
    """Bytes, a text or a message."""
    if isinstance(raw, str):
        raw = raw.encode()
    return varint(field << 3 | 2) + varint(len(raw)) + raw if raw or always else b""


def each(field: int, items: Iterable[bytes | str]) -> bytes:
    return b"".join(data(field, item, always=True) for item in items)


def packed(type_url: str, message: bytes) -> bytes:
    """google.protobuf.Any."""
    return data(1, type_url) + data(2, message)


def transaction(messages: list[tuple[str, bytes]], key: Any, chain_id: str, account: int, gas: int, fee: int, timeout_ns: int) -> bytes:
    """A signed, unordered transaction: a timeout, in nanoseconds since 1970, replaces the sequence number."""
    timestamp = number(1, timeout_ns // 10**9) + number(2, timeout_ns % 10**9)
    body = each(1, [packed(url, message) for url, message in messages]) + number(4, True) + data(5, timestamp)
    public = packed("/cosmos.crypto.secp256k1.PubKey", data(1, key.public))
    signer = data(1, public) + data(2, data(1, number(1, 1)))  # SIGN_MODE_DIRECT; the sequence is 0
    auth = data(1, signer) + data(2, data(1, data(1, "ucred") + data(2, str(fee))) + number(2, gas))
    signed = data(1, body) + data(2, auth) + data(3, chain_id) + number(4, account)
    return data(1, body) + data(2, auth) + data(3, key.sign(signed))


def frame(*fields: bytes) -> bytes:
    """Joins fields, each after its length, so that no two lists of fields make the same bytes."""
    return b"".join(len(field).to_bytes(8, "big") + field for field in fields)


def request_id(chain_id: str, requester: str, nonce: int) -> str:
    """The id of a request, known before it is sent."""
    return hashlib.sha256(frame(b"credence/request/v1", chain_id.encode(), requester.encode(), nonce.to_bytes(8, "big"))).hexdigest()


def order_id(chain_id: str, kind: str, owner: str, nonce: int) -> str:
    """The id of an order, known before it is sent. A request has the same whether it is submitted or signed."""
    if kind == "request":
        return request_id(chain_id, owner, nonce)
    return hashlib.sha256(frame(b"credence/order/v1", chain_id.encode(), kind.encode(), owner.encode(), nonce.to_bytes(8, "big"))).hexdigest()


def voucher_id(chain_id: str, issuer: str, nonce: int) -> str:
    """The id of a voucher, known before it is sent."""
    return hashlib.sha256(frame(b"credence/voucher/v1", chain_id.encode(), issuer.encode(), nonce.to_bytes(8, "big"))).hexdigest()
