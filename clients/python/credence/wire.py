"""Protobuf as transactions need it: a writer of a few field types, and the messages that this client sends.

Field numbers are those of proto/credence and of the SDK. A zero, an empty text and an empty list are left out, as proto3 has it.
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


def submit_task(requester: str, nonce: int, job: dict[str, Any], expiry: int = 0) -> bytes:
    """credence.market.v1.MsgSubmitTask; the job in JSON, as REST takes it, with snake_case names."""
    return data(1, requester) + number(2, nonce) + data(3, encode_job(job), always=True) + number(4, expiry)


def encode_job(job: dict[str, Any]) -> bytes:
    """credence.market.v1.Job. A field that this client does not know is an error, and never left out in silence."""
    known = {
        "app": 1, "args": 2, "inputs": 3, "trust": 4, "policy": 5, "min_replicas": 6, "max_price": 7, "value": 8, "fuel_limit": 9,
        "size": 10, "pool": 11, "datasets": 13, "category": 15, "beneficiary": 24, "callback": 25, "partial": 26,
        "onchain": 40,
    }
    unknown = set(job) - set(known)
    if unknown:
        raise ValueError(f"job: this client does not send the fields {sorted(unknown)}")
    out = b""
    for name, field in sorted(known.items(), key=lambda item: item[1]):
        value = job.get(name)
        if name == "inputs":
            out += each(field, [data(1, i["name"]) + data(2, i["digest"]) + number(3, int(i["size"])) + each(4, i["locators"]) for i in value or []])
        elif name in ("args", "datasets"):
            out += each(field, value or [])
        elif name in ("app", "policy", "pool", "category", "beneficiary", "callback", "onchain"):
            out += data(field, value or "")
        else:
            out += number(field, int(value or 0))
    return out


def publish(owner: str, name: str, version: str, description: str, digest: str, size: int, runtime: str, locators: list[str], price: int) -> bytes:
    """credence.apps.v1.MsgPublish."""
    return (data(1, owner) + data(2, name) + data(3, version) + data(4, description) + data(5, digest) + number(6, size)
            + data(7, runtime) + each(8, locators) + number(9, price))


def transaction(messages: list[tuple[str, bytes]], key: Any, chain_id: str, account: int, gas: int, fee: int, timeout_ns: int) -> bytes:
    """A signed, unordered transaction: a timeout, in nanoseconds since 1970, replaces the sequence number."""
    timestamp = number(1, timeout_ns // 10**9) + number(2, timeout_ns % 10**9)
    body = each(1, [packed(url, message) for url, message in messages]) + number(4, True) + data(5, timestamp)
    public = packed("/cosmos.crypto.secp256k1.PubKey", data(1, key.public))
    signer = data(1, public) + data(2, data(1, number(1, 1)))  # SIGN_MODE_DIRECT; the sequence is 0
    auth = data(1, signer) + data(2, data(1, data(1, "ucred") + data(2, str(fee))) + number(2, gas))
    signed = data(1, body) + data(2, auth) + data(3, chain_id) + number(4, account)
    return data(1, body) + data(2, auth) + data(3, key.sign(signed))


def request_id(chain_id: str, requester: str, nonce: int) -> str:
    """The id of a request, known before it is sent: H over the fields, each after its length."""
    h = hashlib.sha256()
    for field in (b"credence/request/v1", chain_id.encode(), requester.encode(), nonce.to_bytes(8, "big")):
        h.update(len(field).to_bytes(8, "big") + field)
    return h.hexdigest()
