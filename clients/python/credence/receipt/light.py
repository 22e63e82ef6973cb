"""Headers that more than two thirds of a set of validators signed, and the path of them from the set or block that is trusted."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ..wire import data, varint
from .message import BYTES, VARINT, Message
from .proof import unbase64
from .refusal import reading, refuse

_MAX_PATH = 1000
_MAX_VALIDATORS = 1000
_MAX_POWER = ((1 << 63) - 1) // 8
_PROTOCOL = 11  # the version of blocks
_COMMIT, _NIL, _ABSENT = 2, 3, 1


@dataclass(frozen=True)
class Trust:
    """The set of validators, or the block, that the verifier trusts."""

    #: Height of the trusted block, or 0 where `hash` is that of a set of validators.
    height: int
    hash: bytes

    @classmethod
    def parse(cls, text: str) -> Trust:
        """Reads HASH of a set of validators, or HEIGHT:HASH of a block. A hash is 64 hexadecimal digits."""
        found = re.fullmatch(r"(?:([1-9][0-9]{0,18}):)?([0-9a-fA-F]{64})", text, re.ASCII)
        if not found:
            raise ValueError(f"trust: got {text[:80]!r}, expected the hash of a set of validators, 64 hexadecimal digits, or HEIGHT:HASH of a block")
        return cls(int(found[1] or 0), bytes.fromhex(found[2]))

    def names(self, header: Header) -> bool:
        """Says whether a header is trusted by itself: the trusted set signed it, or it is the trusted block."""
        if self.height == 0:
            return self.hash == header.validators_hash
        return self.height == header.height and self.hash == header.hash

    def reach(self, path: list[Header]) -> int:
        """Returns the index of the first header of a path that is trusted."""
        for i, header in enumerate(path):
            if self.names(header):
                return i
        refuse("untrusted", f"what is trusted is none of its {len(path)} headers or their validators; the first of them is signed by the set {path[0].validators_hash.hex().upper()}")


@dataclass(frozen=True)
class _Validator:
    key: bytes
    address: bytes
    power: int


@dataclass
class Header:
    """A header, with the count of what signed it."""

    chain: str
    height: int
    seconds: int
    nanoseconds: int
    validators_hash: bytes
    next_hash: bytes
    app_hash: bytes
    hash: bytes
    signers: int = 0
    power: int = 0
    validators: int = 0
    total_power: int = 0


_HEADER = {n: VARINT if n == 3 else BYTES for n in range(1, 15)}
_HASHES = (6, 7, 8, 9, 10, 12, 13)


def _read_time(encoded: bytes) -> Message:
    return Message.strict(encoded, {1: VARINT, 2: VARINT})


def _read_block_id(encoded: bytes) -> tuple[bytes, Message]:
    """Returns the hash of a block and its set of parts."""
    block = Message.strict(encoded, {1: BYTES, 2: BYTES}, always=(2,))
    return block.bytes(1), Message.strict(block.bytes(2), {1: VARINT, 2: BYTES})


def _read_header(encoded: bytes) -> Header:
    with reading("header", "a header"):
        m = Message.strict(encoded, _HEADER, always=(1, 4, 5))
        version = Message.strict(m.bytes(1), {1: VARINT, 2: VARINT})
        time = _read_time(m.bytes(4))
        before, parts = _read_block_id(m.bytes(5))
        h = Header(
            chain=m.text(2), height=m.signed(3), seconds=time.signed(1), nanoseconds=time.signed(2), validators_hash=m.bytes(8), next_hash=m.bytes(9), app_hash=m.bytes(11),
            hash=_merkle([_leaf(m, n) for n in range(1, 15)]))
        hashes = [before, parts.bytes(2), *(m.bytes(n) for n in _HASHES)]
        if version.number(1) != _PROTOCOL or h.height < 1 or any(len(one) not in (0, 32) for one in hashes) or not h.validators_hash or len(m.bytes(14)) != 20:
            refuse("header", f"the header of height {h.height} is broken")
        return h


def _leaf(m: Message, n: int) -> bytes:
    """A field of a header as a leaf of the tree whose root is the header's hash."""
    if n in (1, 4, 5):
        return m.bytes(n)
    if n == 3:
        return b"\x08" + varint(m.number(n)) if m.number(n) else b""
    return data(1, m.bytes(n))


def _merkle(leaves: list[bytes]) -> bytes:
    """The root of a tree of RFC 6962, as CometBFT builds it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + _merkle(leaves[:split]) + _merkle(leaves[split:])).digest()


def _read_set(encoded: Any) -> tuple[list[_Validator], bytes]:
    """Reads a set of validators, and returns it with its hash, which covers all that is read."""
    count = len(encoded) if isinstance(encoded, list) else 0
    if not 1 <= count <= _MAX_VALIDATORS:
        refuse("set", f"a set of {count} validators, expected 1 to {_MAX_VALIDATORS}")
    leaves = [unbase64(f"validator {i}", one) for i, one in enumerate(encoded)]
    out: list[_Validator] = []
    known: set[bytes] = set()
    total = 0
    for i, leaf in enumerate(leaves):
        with reading("set", f"validator {i}"):
            m = Message.strict(leaf, {1: BYTES, 2: VARINT})
            if 1 not in m:
                refuse("set", f"validator {i} has no key")
            key, power = Message.strict(m.bytes(1), {1: BYTES}).bytes(1, 32), m.signed(2)
        address = hashlib.sha256(key).digest()[:20]
        if address in known:
            refuse("set", f"validator {i}, {address.hex().upper()}, is in the set twice")
        known.add(address)
        if not 1 <= power <= _MAX_POWER - total:
            refuse("set", f"validator {i} has the power {power}, expected 1 or more, and less than 2^60 together")
        total += power
        out.append(_Validator(key, address, power))
    return out, _merkle(leaves)


def _fixed(field: int, value: int) -> bytes:
    return bytes([field << 3 | 1]) + (value & (1 << 64) - 1).to_bytes(8, "little")


@dataclass(frozen=True)
class _Commit:
    height: int
    round: int
    block: bytes
    parts: bytes
    total: int
    signatures: list[Message]

    def signed_bytes(self, chain: str, signature: Message) -> bytes:
        """What a validator signs: the canonical vote, after its length."""
        vote = b"\x08\x02" + _fixed(2, self.height) + (_fixed(3, self.round) if self.round else b"")
        if signature.number(1) == _COMMIT:
            parts = (b"\x08" + varint(self.total) if self.total else b"") + data(2, self.parts)
            vote += data(4, data(1, self.block) + data(2, parts, always=True), always=True)
        vote += data(5, signature.bytes(3), always=True) + data(6, chain)
        return varint(len(vote)) + vote


def _read_commit(encoded: bytes, height: int) -> _Commit:
    with reading("signature", f"the commit of height {height}"):
        m = Message.strict(encoded, {1: VARINT, 2: VARINT, 3: BYTES, 4: BYTES}, repeated=(4,), always=(3,))
        block, parts = _read_block_id(m.bytes(3))
        signatures = [Message.strict(one, {1: VARINT, 2: BYTES, 3: BYTES, 4: BYTES}, always=(3,)) for one in m.each(4)]
        for one in signatures:
            _read_time(one.bytes(3))
        return _Commit(m.signed(1), m.signed(2), block, parts.bytes(2), parts.number(1), signatures)


def _check_commit(h: Header, validators: list[_Validator], encoded: bytes) -> None:
    """Checks that every signature of a commit is right and that more than two thirds of the power signed the header."""
    commit = _read_commit(encoded, h.height)
    if commit.height != h.height:
        refuse("height", f"the signatures are for height {commit.height}, the header is of height {h.height}")
    if commit.block != h.hash:
        refuse("header", f"the signatures are for the block {commit.block.hex().upper()}, but the header of height {h.height} is that of block {h.hash.hex().upper()}")
    if len(commit.signatures) != len(validators):
        refuse("signature", f"the commit of height {h.height} has {len(commit.signatures)} places for signatures, expected one for each of the {len(validators)} validators")
    wrong = None
    with reading("signature", f"the commit of height {h.height}"):
        for i, (one, validator) in enumerate(zip(commit.signatures, validators)):
            flag = one.number(1)
            if flag == _ABSENT:
                if one.bytes(2) or one.bytes(4):
                    refuse("signature", f"place {i} of height {h.height} is empty and has a signature")
                continue
            if flag not in (_COMMIT, _NIL):
                refuse("signature", f"place {i} of height {h.height} has the unknown flag {flag}")
            if one.bytes(2) != validator.address:
                refuse("signature", f"validator address mismatch at index {i}: expected {validator.address.hex().upper()}, got {one.bytes(2).hex().upper()}")
            if not _is_signed(validator.key, one.bytes(4), commit.signed_bytes(h.chain, one)):
                wrong = i if wrong is None else wrong
            elif flag == _COMMIT:
                h.power += validator.power
                h.signers += 1
    if wrong is not None:
        refuse("signature", f"the signatures of height {h.height}: wrong signature (#{wrong})")
    needed = h.total_power * 2 // 3
    if h.power <= needed:
        refuse("power", f"the header of height {h.height} is signed by the power {h.power} of {h.total_power}, expected more than {needed}")


def _is_signed(key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def check_path(chain: str, path: Any) -> list[Header]:
    """Checks every header of a path, and that each leads to the next: the last block signed by a set names the next set."""
    count = len(path) if isinstance(path, list) else 0
    if not 1 <= count <= _MAX_PATH:
        refuse("format", f"path: got {count} headers, expected 1 to {_MAX_PATH}")
    out: list[Header] = []
    for link in path:
        link = link if isinstance(link, dict) else {}
        h = _read_header(unbase64("header", link.get("header")))
        if h.chain != chain:
            refuse("chain", f"the header of height {h.height} is of the chain {json.dumps(h.chain)}, expected {json.dumps(chain)}")
        validators, hashed = _read_set(link.get("validators"))
        if hashed != h.validators_hash:
            refuse("set", f"the validators hash to {hashed.hex().upper()}, but the header of height {h.height} names the set {h.validators_hash.hex().upper()}")
        h.validators, h.total_power = len(validators), sum(v.power for v in validators)
        _check_commit(h, validators, unbase64("commit", link.get("commit")))
        if out and h.height <= out[-1].height:
            refuse("height", f"path: height {h.height} comes after height {out[-1].height}")
        if out and h.validators_hash != out[-1].next_hash:
            refuse("set", f"path: height {h.height} is signed by the set {h.validators_hash.hex().upper()}, but height {out[-1].height} names the set {out[-1].next_hash.hex().upper()}")
        out.append(h)
    return out
