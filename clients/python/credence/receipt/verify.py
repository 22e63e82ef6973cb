"""Verifies receipts without a node: the same checks, in the same order and with the same reasons, as the Go package receipt."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, Callable

from ..errors import CredenceError
from ..result import Manifest
from .evidence import PROOF_UNCHECKED, Outcome, check_shown
from .light import Header, Trust, check_path
from .message import Message
from .proof import prove_record, unbase64
from .refusal import Refusal, reading, refuse
from .statement import KINDS, FeedStatement, Statement, build_feed, build_signed, build_statement, digest_text, read_overturned

FORMAT = "credence/receipt/v1"
FEED_FORMAT = "credence/feed-receipt/v1"
MAX_BYTES = 16 << 20
_ENDINGS = (
    "NONE", "ACCEPTED", "CANCELLED", "NO_WORKER", "TOO_FEW_ORGANISATIONS", "INPUT_UNAVAILABLE", "ABSTAINED", "VOID", "COURT_SILENT", "BROKEN", "UNDECIDED", "COURT_UNPAID",
    "EVIDENCE_STOPPED")
_ACCEPTED = 1
_PHASE_DONE, _PHASE_AUDIT = 10, 11


def verify(file: bytes | str, trust: str | Trust, *, chain: str = "", task: str = "", digest: str = "") -> Statement:
    """Verifies the receipt of a task, the content of a file, against a trust, and returns what it proves. It raises a Refusal where
    something is not proven. `chain`, `task` and `digest` refuse a receipt of anything else. Read `unchecked` of what it returns."""
    trust = Trust.parse(trust) if isinstance(trust, str) else trust
    r = _read_file(file, FORMAT, _order)
    task_id = _read_id("task", r["task"])
    if chain and r["chain"] != chain:
        refuse("chain", f"the receipt is of the chain {json.dumps(r['chain'])}, expected {json.dumps(chain)}")
    if task and r["task"] != task:
        refuse("record", f"the receipt is of the task {r['task']}, expected {task}")
    path = check_path(r["chain"], r["path"])
    _check_height(r, path[-1])
    app_hash = path[-1].app_hash
    task_record = prove_record("task_record", r["task_record"], "tasks", b"\1" + task_id, app_hash)
    with reading("record", "task_record"):
        deal_id = task_record.bytes(2, 32)
    deal = prove_record("deal_record", r["deal_record"], "deals", b"\1" + deal_id, app_hash)
    with reading("record", "deal_record"):
        request_id = deal.bytes(2, 32)
    request = prove_record("request_record", r["request_record"], "market", b"\5" + request_id, app_hash)
    with reading("record", "a record"):
        if task_record.bytes(1, 32) != task_id or deal.bytes(1, 32) != deal_id or request.bytes(1, 32) != request_id:
            refuse("record", "a record has another id than the key under which it is stored")
        begin = trust.reach(path)
        _check_final(task_record, int(r["height"]))
        _check_digest(task_record, digest)
        s = build_statement(r["chain"], task_record, deal, request, build_signed(int(r["height"]), path, begin))
        s.evidence.shown = check_shown(r["chain"], r.get("shown"), task_record, deal, request, app_hash)
    if s.evidence.shown and not s.evidence.shown.checked:
        s.unchecked.append(PROOF_UNCHECKED)
    s.answer.manifest = _read_manifest(r.get("manifest"), s)
    return s


def verify_feed(file: bytes | str, trust: str | Trust, *, chain: str = "") -> FeedStatement:
    """Verifies the receipt of a feed, and returns what its latest value was at a height. It raises a Refusal otherwise."""
    trust = Trust.parse(trust) if isinstance(trust, str) else trust
    r = _read_file(file, FEED_FORMAT, _order_feed)
    if chain and r["chain"] != chain:
        refuse("chain", f"the receipt is of the chain {json.dumps(r['chain'])}, expected {json.dumps(chain)}")
    feed_id = _read_id("feed", r["feed"])
    path = check_path(r["chain"], r["path"])
    _check_height(r, path[-1])
    feed = prove_record("feed_record", r["feed_record"], "feeds", b"\1" + feed_id, path[-1].app_hash)
    with reading("record", "feed_record"):
        s = build_feed(r["chain"], feed, build_signed(int(r["height"]), path, 0))
        if feed.bytes(1, 32) != feed_id:
            refuse("record", "the record has another id than the key under which it is stored")
        s.signed = build_signed(int(r["height"]), path, trust.reach(path))
        if 14 not in feed:
            refuse("running", f"the feed had no value at height {r['height']}")
    return s


def is_feed(file: bytes | str) -> bool:
    """Says whether a file calls itself the receipt of a feed, which verify_feed reads."""
    try:
        r = json.loads(file) if len(file) <= MAX_BYTES else None
    except (ValueError, RecursionError):
        return False
    return isinstance(r, dict) and r.get("format") == FEED_FORMAT


def _read_file(file: bytes | str, form: str, order: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    """Reads a file of a format, which has to be in its one encoding: JSON, indented by two spaces, fields in their order."""
    if len(file) > MAX_BYTES:
        refuse("format", f"the file has {len(file)} bytes, expected at most {MAX_BYTES}")
    try:
        text = file.decode("utf-8") if isinstance(file, bytes) else file
        r = json.loads(text)
    except (ValueError, RecursionError) as e:
        raise Refusal("format", f"the file is no receipt, or a part of one: {e}") from e
    if not isinstance(r, dict) or r.get("format") != form:
        refuse("format", f"format: expected {form}; a newer program may be able to read it")
    if not isinstance(r.get("chain"), str) or not isinstance(r.get("height"), str) or not re.fullmatch(r"0|[1-9][0-9]{0,18}", r["height"], re.ASCII):
        refuse("format", "chain and height: expected a text, and a number in quotes")
    again = json.dumps(order(r), indent=2, ensure_ascii=False) + "\n"
    for sign in "<>&\u2028\u2029":  # Go writes these so
        again = again.replace(sign, f"\\u{ord(sign):04x}")
    if again != text:
        refuse("format", "the file is not in the one encoding that receipts have; it was changed after it was made")
    return r


def _order_record(r: Any) -> dict[str, Any]:
    r = r if isinstance(r, dict) else {}
    return {name: r.get(name) for name in ("value", "proof", "store_proof")}


def _order_path(path: Any) -> Any:
    if not isinstance(path, list):
        return None
    return [{name: link.get(name) if isinstance(link, dict) else None for name in ("header", "commit", "validators")} for link in path]


def _order(r: dict[str, Any]) -> dict[str, Any]:
    """The receipt with its fields in their order, and no others."""
    out = {name: r.get(name) for name in ("format", "chain", "task", "height")}
    out |= {name: _order_record(r.get(name)) for name in ("task_record", "deal_record", "request_record")}
    if r.get("manifest"):
        out["manifest"] = r["manifest"]
    if r.get("shown"):
        shown = r["shown"] if isinstance(r["shown"], dict) else {}
        out["shown"] = {"evidence": shown.get("evidence"), "basis": _order_record(shown.get("basis"))}
    return out | {"path": _order_path(r.get("path"))}


def _order_feed(r: dict[str, Any]) -> dict[str, Any]:
    out = {name: r.get(name) for name in ("format", "chain", "feed", "height")}
    return out | {"feed_record": _order_record(r.get("feed_record")), "path": _order_path(r.get("path"))}


def _read_id(what: str, text: Any) -> bytes:
    if not isinstance(text, str) or not re.fullmatch(r"[0-9a-f]{64}", text, re.ASCII):
        refuse("format", f"{what}: expected 64 lower-case hexadecimal digits")
    return bytes.fromhex(text)


def _check_height(r: dict[str, Any], end: Header) -> None:
    if end.height - 1 != int(r["height"]):
        refuse("height", f"the receipt is of the state of height {r['height']}, and the header of height {end.height} holds that of height {end.height - 1}")


def _check_final(task: Message, height: int) -> None:
    """Refuses a task whose answer is not final at the receipt's height."""
    ending, phase, kind = task.number(12), task.number(5), Outcome.read(task.within(14)).kind
    if ending == 0:
        refuse("running", f"the task had not ended at height {height}: there was no accepted answer")
    if ending != _ACCEPTED:
        refuse("refunded", f"the task ended as {_ENDINGS[ending] if ending < len(_ENDINGS) else f'ending {ending}'}, without an answer, and was refunded")
    if phase == _PHASE_AUDIT:
        refuse("provisional", f"the answer was accepted and could be challenged until height {task.within(40).signed(1)}; the receipt is of height {height}. Ask for another one then")
    if phase != _PHASE_DONE:
        refuse("provisional", f"the answer was accepted, and was before the court at height {height}. Ask for another receipt when the court has spoken")
    if kind not in (1, 2):
        refuse("record", f"the accepted answer is {KINDS[kind] if kind < len(KINDS) else kind}, which is none")


def _check_digest(task: Message, digest: str) -> None:
    """Compares the accepted answer with the one that the verifier expects."""
    got = digest_text(Outcome.read(task.within(14)).digest)
    if not digest or digest == got:
        return
    if digest == read_overturned(task):
        refuse("overturned", f"the court overturned the answer {digest}; the accepted answer is {got}")
    refuse("digest", f"the accepted answer is {got}, not {digest}")


def _read_manifest(encoded: Any, s: Statement) -> Manifest | None:
    """Checks the manifest against the accepted digest, and reads it."""
    raw = unbase64("manifest", encoded)
    if not raw:
        return None
    got = digest_text(hashlib.sha256(raw).digest())
    if got != s.answer.digest:
        refuse("manifest", f"the manifest is not that of the accepted answer: it hashes to {got}, expected {s.answer.digest}")
    try:
        manifest = Manifest.parse(raw)
    except (CredenceError, ValueError) as e:
        raise Refusal("manifest", f"the manifest of the accepted answer cannot be read: {e}") from e
    if manifest.kind != s.answer.kind:
        refuse("manifest", f"the manifest says {manifest.kind}, and the accepted answer is {s.answer.kind}")
    return manifest
