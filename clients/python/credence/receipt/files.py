"""Compares a folder with the files of a proven answer."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path, PurePosixPath

from .refusal import refuse
from .statement import Statement


def check_files(statement: Statement, folder: str | Path) -> None:
    """Compares a folder with the files of the answer: every file is there with the same bytes, and there is nothing else. It raises a
    Refusal otherwise. It follows no symbolic link."""
    manifest = statement.answer.manifest
    if manifest is None:
        refuse("manifest", "the receipt has no manifest, so that files cannot be checked against it; ask for one while a worker or a store holds the result")
    files = {f.path: f for f in manifest.files}
    left = {*files, *manifest.folders}
    parents = {str(parent) for path in left for parent in PurePosixPath(path).parents}
    root = Path(folder)
    for place, folders, names in os.walk(root, onerror=_raise):
        for name in [*folders, *names]:
            path = Path(place, name)
            inner = path.relative_to(root).as_posix()
            mode = path.lstat().st_mode
            if stat.S_ISDIR(mode) and (inner in parents or inner in manifest.folders):
                left.discard(inner)
                continue
            if inner not in left:
                refuse("files", f"{inner!r} is no part of the accepted answer")
            left.discard(inner)
            _check_file(path, inner, files, mode)
    if left:
        refuse("files", f"{min(left)!r} is missing: the accepted answer has it")


def _check_file(path: Path, inner: str, files: dict, mode: int) -> None:
    if inner not in files or not stat.S_ISREG(mode):
        refuse("files", f"{inner!r} is not of the kind that it is in the accepted answer")
    f = files[inner]
    if path.stat().st_size != f.size:
        refuse("files", f"{inner!r} has {path.stat().st_size} bytes, and {f.size} in the accepted answer")
    if bool(mode & stat.S_IXUSR) != f.executable:
        refuse("files", f"{inner!r} is executable here or in the accepted answer, and not in the other")
    with path.open("rb") as stream:
        got = hashlib.file_digest(stream, "sha256").hexdigest()
    if got != f.sha256:
        refuse("files", f"{inner!r} has other bytes than in the accepted answer: {got}, expected {f.sha256}")


def _raise(error: OSError) -> None:
    raise error
