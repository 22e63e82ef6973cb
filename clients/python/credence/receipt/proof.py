"""Proofs that a record is in the state: ics23, of IAVL trees and of the tree of the stores' roots."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Any

from ..wire import varint
from .message import BYTES, VARINT, Message, read_varint
from .refusal import Broken, reading, refuse


@dataclass(frozen=True)
class _Spec:
    """The shape of a tree: how long the bytes before a child may be, and how many a child takes."""

    least: int
    most: int
    child: int
    iavl: bool


_IAVL = _Spec(4, 12, 33, True)
_SIMPLE = _Spec(1, 1, 32, False)
_MOST_STEPS = 128


@dataclass(frozen=True)
class _Existence:
    key: bytes
    value: bytes
    root: bytes


def unbase64(what: str, text: Any) -> bytes:
    """Reads base64 in its one encoding; null is no bytes."""
    if text is None:
        return b""
    try:
        raw = base64.b64decode(text, validate=True) if isinstance(text, str) else None
    except (binascii.Error, ValueError):
        raw = None
    if raw is None or base64.b64encode(raw).decode() != text:
        refuse("format", f"{what}: expected base64 in its one encoding")
    return raw


def prove_record(what: str, record: Any, store: str, key: bytes, app_hash: bytes) -> Message:
    """Checks the proof of a record against the app hash of a header, and reads the record."""
    record = record if isinstance(record, dict) else {}
    value = unbase64(f"{what}.value", record.get("value"))
    in_store = _read_existence(f"{what}.proof", unbase64(f"{what}.proof", record.get("proof")), _IAVL)
    if in_store.key != key:
        refuse("proof", f"{what}: the proof is of the key {in_store.key.hex()}, expected {key.hex()}: it is that of something else")
    if in_store.value != value:
        refuse("proof", f"{what}: its value is not the one that the proof proves")
    stores = _read_existence(f"{what}.store_proof", unbase64(f"{what}.store_proof", record.get("store_proof")), _SIMPLE)
    if stores.key != store.encode() or stores.value != in_store.root or stores.root != app_hash:
        refuse("proof", f"{what}: its proof does not lead to the app hash {app_hash.hex().upper()} of the header")
    with reading("record", what):
        return Message(value)


def _read_existence(what: str, encoded: bytes, spec: _Spec) -> _Existence:
    """Reads an ics23.CommitmentProof that a key exists, and computes the root to which it leads."""
    with reading("proof", what):
        proof = Message.strict(encoded, {1: BYTES})
        if 1 not in proof:
            refuse("proof", f"{what} is no proof that a key exists")
        exist = Message.strict(proof.bytes(1), {1: BYTES, 2: BYTES, 3: BYTES, 4: BYTES}, repeated=(4,))
        if 3 not in exist:
            refuse("proof", f"{what} is no proof that a key exists")
        leaf = Message.strict(exist.bytes(3), {1: VARINT, 2: VARINT, 3: VARINT, 4: VARINT, 5: BYTES})
        prefix = leaf.bytes(5)
        # SHA-256 of the leaf, none of the key, SHA-256 of the value, and the length before each.
        if [leaf.number(n) for n in (1, 2, 3, 4)] != [1, 0, 1, 1] or prefix[:1] != b"\0":
            raise Broken("its leaf is of another tree")
        if spec.iavl:
            _check_iavl(prefix, 0)
        key, value, steps = exist.bytes(1), exist.bytes(2), exist.each(4)
        if not key or not value or len(steps) > _MOST_STEPS:
            raise Broken("it is no path of the tree")
        root = _sha256(prefix + varint(len(key)) + key + varint(32) + _sha256(value))
        for i, step in enumerate(steps):
            before, after = _read_step(step, i + 1, spec)
            root = _sha256(before + root + after)
        return _Existence(key, value, root)


def _read_step(encoded: bytes, layer: int, spec: _Spec) -> tuple[bytes, bytes]:
    """Returns what stands before and after the child in a node of the tree."""
    step = Message.strict(encoded, {1: VARINT, 2: BYTES, 3: BYTES})
    before, after = step.bytes(2), step.bytes(3)
    if step.number(1) != 1:
        raise Broken("a step has another hash")
    if spec.iavl:
        _check_iavl(before, layer)
    if before[:1] == b"\0" or not spec.least <= len(before) <= spec.most + spec.child or len(after) % spec.child != 0:
        raise Broken("a step is of another tree")
    return before, after


def _check_iavl(prefix: bytes, layer: int) -> None:
    """Checks the height, size and version that begin every node of an IAVL tree; see validateIavlOps of ics23."""
    at, head = 0, []
    for _ in range(3):
        value, at = read_varint(prefix, at)
        head.append(-(value >> 1) - 1 if value & 1 else value >> 1)
    rest = len(prefix) - at
    if min(head) < 0 or head[0] < layer or rest not in ((0,) if layer == 0 else (1, 34)):
        raise Broken("a node of the tree is broken")


def _sha256(b: bytes) -> bytes:
    return hashlib.sha256(b).digest()
