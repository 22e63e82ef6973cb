"""Results: the manifest that a digest names, and the files below it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path

from .errors import CredenceError, DigestMismatch

_MAX_TOTAL = 1 << 30


@dataclass(frozen=True)
class File:
    """A file of a result."""

    path: str
    size: int
    #: SHA-256 of its content, hexadecimal.
    sha256: str
    executable: bool = False


@dataclass(frozen=True)
class Manifest:
    """What a result's digest covers."""

    #: "RESULT", or "APP_FAILED" of a program that fails.
    kind: str
    exit_code: int
    #: Why the program failed; empty for a result.
    reason: str = ""
    files: tuple[File, ...] = ()
    #: Empty folders.
    folders: tuple[str, ...] = ()

    @classmethod
    def parse(cls, raw: bytes) -> Manifest:
        """Reads a manifest. It is strict about what it understands; that the bytes are right is for `check` to say."""
        lines = raw.decode("utf-8").split("\n")
        if lines[0] not in ("credence/result/v1", "credence/result/v2") or lines[-1] != "":
            raise CredenceError(f"manifest: first line {lines[0][:40]!r}, expected credence/result/v1 or v2")
        head: dict[str, str] = {}
        at = 1
        while at < len(lines) and "entries" not in head:
            name, _, value = lines[at].partition(" ")
            head[name] = value
            at += 1
        entries = lines[at:-1]
        if not {"outcome", "reason", "exit", "entries"} <= head.keys() or head["entries"] != str(len(entries)):
            raise CredenceError("manifest: it is not complete")
        files, folders, total = [], [], 0
        for line in entries:
            kind, size, digest, path = (line.split(" ", 3) + [""] * 4)[:4]
            path = _unescape(path)
            _check_path(path)
            if kind == "d":
                folders.append(path)
                continue
            if kind not in ("f", "x") or not re.fullmatch(r"0|[1-9][0-9]*", size) or not re.fullmatch(r"[0-9a-f]{64}", digest):
                raise CredenceError(f"manifest: entry {line[:80]!r}")
            files.append(File(path, int(size), digest, kind == "x"))
            total += int(size)
        if total > _MAX_TOTAL:
            raise CredenceError(f"manifest: {total} bytes in all, expected at most {_MAX_TOTAL}")
        return cls(head["outcome"], int(head["exit"]), "" if head["reason"] == "-" else head["reason"], tuple(files), tuple(folders))


def _unescape(text: str) -> str:
    # Whatever is escaped is one byte of ASCII.
    return re.sub(r"\\x([0-9a-f]{2})", lambda m: chr(int(m[1], 16)), text)


def _check_path(path: str) -> None:
    if path.startswith("/") or "\0" in path or any(part in ("", ".", "..") for part in path.split("/")):
        raise CredenceError(f"manifest: path {path[:80]!r} names no place below the result")


@dataclass
class Result:
    """An accepted answer with its files, each of which was compared with the accepted digest."""

    task: str
    #: The digest that the chain accepted: "sha256:" and hexadecimal digits.
    digest: str
    manifest: Manifest
    #: Content of each file by its path.
    files: dict[str, bytes] = field(default_factory=dict)
    #: Whether the answer can no longer change; otherwise it can be challenged until `final_height`.
    final: bool = False
    final_height: int = 0

    def write(self, folder: str | Path) -> list[Path]:
        """Writes the files below a folder, which must not be there yet."""
        root = Path(folder)
        root.mkdir(parents=True)
        for path in self.manifest.folders:
            (root / path).mkdir(parents=True, exist_ok=True)
        written = []
        for f in self.manifest.files:
            target = root / f.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(self.files[f.path])
            target.chmod(0o755 if f.executable else 0o644)
            written.append(target)
        return written


def check(raw: bytes, digest: str) -> bytes:
    """Returns bytes that have a digest, "sha256:" and hexadecimal digits. DigestMismatch otherwise."""
    got = "sha256:" + hashlib.sha256(raw).hexdigest()
    if got != digest:
        raise DigestMismatch(f"got {len(raw)} bytes with the digest {got}, expected {digest}")
    return raw
