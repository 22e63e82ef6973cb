"""Verifies a receipt: python3 -m credence.receipt FILE --trust HASH

The exit status is 0 where everything in the receipt was checked and the answer is proven, 15 where it is not proven, and 1 where
the file cannot be read or a part of it could not be checked; the standard error says what.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from . import MAX_BYTES, FeedStatement, Refusal, Statement, Trust, check_files, is_feed, verify, verify_feed

PROVEN, FAILED, UNPROVEN = 0, 1, 15


def main(argv: list[str] | None = None) -> int:
    p = argparse.ArgumentParser(prog="python3 -m credence.receipt", description="Verify a receipt against validators that you trust. No node is asked.")
    p.add_argument("file", type=Path)
    p.add_argument("--trust", required=True, help="the HASH of a set of validators, or HEIGHT:HASH of a block; from somebody whom you believe, never from the receipt")
    p.add_argument("--chain-id", default="", help="refuse a receipt of any other chain")
    p.add_argument("--task", default="", help="refuse a receipt of any other task, by its whole id")
    p.add_argument("--digest", default="", help="refuse a receipt of any other answer, sha256:...")
    p.add_argument("--files", type=Path, help="folder that has to hold the files of the answer, and nothing else")
    p.add_argument("--output", choices=("text", "json"), default="text")
    a = p.parse_args(argv)
    try:
        trust = Trust.parse(a.trust)
    except ValueError as e:
        p.error(str(e))
    try:
        s = _verify(a, trust)
    except Refusal as e:
        if a.output == "json":
            print(json.dumps({"proven": False, "reason": e.reason, "what": str(e)}, indent=2))
        print(_show(f"not proven ({e.reason}): {e}"), file=sys.stderr)
        return UNPROVEN
    except OSError as e:
        print(f"not checked: {e}", file=sys.stderr)
        return FAILED
    unchecked = s.unchecked if isinstance(s, Statement) else []
    if a.output == "json":
        print(json.dumps({"proven": not unchecked, "unchecked": unchecked, "statement": dataclasses.asdict(s)}, indent=2, default=_encode))
    else:
        print("\n".join(_show(line) for line in _describe(s, a.files)))
    for what in unchecked:
        print(f"NOT CHECKED: {what}", file=sys.stderr)
    return FAILED if unchecked else PROVEN


def _verify(a: argparse.Namespace, trust: Trust) -> Statement | FeedStatement:
    with a.file.open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)  # what is longer is refused
    if is_feed(data):
        if a.task or a.digest or a.files:
            raise Refusal("record", "the receipt is of a feed, expected one of a task")
        return verify_feed(data, trust, chain=a.chain_id)
    s = verify(data, trust, chain=a.chain_id, task=a.task, digest=a.digest)
    if a.files:
        check_files(s, a.files)
    return s


def _describe(s: Statement | FeedStatement, files: Path | None) -> list[str]:
    by = f"{s.signed.signers} of {s.signed.validators} validators, {s.signed.power} of {s.signed.total_power} of the power, block {s.signed.block}, {s.signed.time.isoformat()}"
    if isinstance(s, FeedStatement):
        return [f"Proven: the value of the feed {s.owner}/{s.name} on {s.chain} was {s.value.data!r}", f"task    {s.value.task}", f"signed  {by}"]
    e, w = s.evidence, s.work
    head = "Proven" if not s.unchecked else "Partly checked"
    lines = [
        f"{head}: {s.chain} accepted the answer {s.answer.digest} ({s.answer.kind})", f"task    {s.task}", f"app     {w.app}:{w.version}, {w.digest}",
        f"args    {json.dumps(w.args)}", f"policy  {e.policy}, trust {e.trust}, audit: {e.audit}", f"given   {'by the court, ' if e.by_court else ''}by {', '.join(e.gave_it) or 'no worker'}",
        f"signed  {by}"]
    if e.overturned:
        lines.append(f"the court overturned {e.overturned}")
    if e.shown and e.shown.checked:
        lines.append(f"enclave {e.shown.platform}, machine {e.shown.machine}, measurement {e.shown.measurement}")
    lines.append(f"files   those in {files} are the answer's, and nothing else is there" if files else "files   not compared: give --files FOLDER")
    return lines


def _show(line: str) -> str:
    """Escapes what a chain's text could write to a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)


def _encode(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(type(value).__name__)


if __name__ == "__main__":
    sys.exit(main())
