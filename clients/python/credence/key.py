"""Keys and addresses: secp256k1, as the chain's accounts have them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PREFIX = "cred"
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


class Key:
    """A secret key of an account."""

    def __init__(self, secret: bytes):
        if len(secret) != 32:
            raise ValueError(f"secret key: got {len(secret)} bytes, expected 32")
        self._key = ec.derive_private_key(int.from_bytes(secret, "big"), ec.SECP256K1())
        #: The public key in its compressed form, 33 bytes.
        self.public: bytes = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)

    @classmethod
    def load(cls, path: str | Path) -> Key:
        """Reads a file with the secret in hexadecimal digits, as a devnet's keys/ folder and a worker have it."""
        return cls(bytes.fromhex(Path(path).read_text().strip()))

    @property
    def address(self) -> str:
        """The account's address."""
        return encode_address(hashlib.new("ripemd160", hashlib.sha256(self.public).digest()).digest())

    def sign(self, message: bytes) -> bytes:
        """Signs the SHA-256 of a message: 64 bytes, r and s, with s in the lower half, which alone the chain takes."""
        r, s = decode_dss_signature(self._key.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + min(s, _ORDER - s).to_bytes(32, "big")


_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def _checksum(values: list[int]) -> int:
    chk = 1
    for v in values:
        top = chk >> 25
        chk = (chk & 0x1FFFFFF) << 5 ^ v
        for i, g in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            chk ^= g if top >> i & 1 else 0
    return chk


def encode_address(raw: bytes, prefix: str = PREFIX) -> str:
    """Writes an account's 20 bytes in bech32 (BIP 173)."""
    bits = int.from_bytes(raw, "big") << -len(raw) * 8 % 5
    digits = (len(raw) * 8 + 4) // 5
    data = [bits >> 5 * (digits - 1 - i) & 31 for i in range(digits)]
    head = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    check = _checksum(head + data + [0] * 6) ^ 1
    return prefix + "1" + "".join(_ALPHABET[v] for v in data + [check >> 5 * (5 - i) & 31 for i in range(6)])
