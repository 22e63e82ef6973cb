"""Runs the verifier of receipts on vectors, and compares what it finds: python3 vectors.py FILE"""

from __future__ import annotations

import base64
import gzip
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from credence.receipt import FeedStatement, Refusal, Statement, is_feed, verify, verify_feed

#: The vectors that all verifiers share: this package, receipt/browser/receipt.mjs and the Go package receipt.
SHARED = Path(__file__).parents[2] / "vectors" / "receipts.json.gz"


def check(vector: dict[str, Any]) -> None:
    """Raises an AssertionError where the verifier finds something else in a vector than it has to."""
    name, reason, statement = vector["name"], vector.get("reason", ""), None
    assert is_feed(vector["file"]) == vector.get("is_feed", False), f"{name}: is_feed"
    found = ""
    try:
        statement = _verify(vector)
    except Refusal as e:
        found = e.reason
    if vector.get("pairing"):  # a proof, right or wrong: it is not checked, and the statement says so
        assert isinstance(statement, Statement) and statement.unchecked and not statement.evidence.shown.checked, name
    else:
        assert found if reason == "any" else found == reason, f"{name}: found {found!r}, expected {reason!r}"
        assert not isinstance(statement, Statement) or not statement.unchecked, name
    states = vector.get("states") or vector.get("states_feed")
    if states:
        _compare(_plain(statement), states, name)


def _verify(v: dict[str, Any]) -> Statement | FeedStatement:
    if not v.get("feed"):
        return verify(v["file"].encode(), v["trust"], chain=v.get("chain", ""), task=v.get("task", ""), digest=v.get("digest", ""))
    if v.get("task") or v.get("digest"):  # verify_feed takes neither, as the command line does
        raise Refusal("record", "the receipt is of a feed")
    return verify_feed(v["file"].encode(), v["trust"], chain=v.get("chain", ""))


def _plain(value: Any) -> Any:
    """A statement as JSON has it."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    return value


def _compare(got: dict[str, Any], want: dict[str, Any], where: str) -> None:
    """What this client says is what the Go package says, which says more."""
    for name, value in got.items():
        at, other = f"{where}.{name}", want.get(name)
        if name in ("manifest", "checked", "unchecked"):
            continue
        if isinstance(value, dict):
            _compare(value, other, at)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            assert len(value) == len(other), at
            for i, one in enumerate(value):
                _compare(one, other[i], f"{at}[{i}]")
        elif isinstance(value, datetime):
            assert value == datetime.fromisoformat(other), f"{at}: {value}, expected {other}"
        elif isinstance(value, int) and not isinstance(value, bool):
            assert value == int(other), f"{at}: {value}, expected {other}"
        else:
            assert (value or None) == (other or None), f"{at}: {value!r}, expected {other!r}"


def main(path: Path) -> None:
    vectors = json.loads(gzip.decompress(path.read_bytes()))
    for vector in vectors:
        check(vector)
    print(f"{len(vectors)} receipts, all as expected")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
