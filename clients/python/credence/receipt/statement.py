"""What a receipt proves. Every field comes from what the validators signed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from ..key import encode_address
from ..result import Manifest
from .evidence import Outcome, Shown
from .light import Header
from .message import Message

KINDS = ("UNSPECIFIED", "RESULT", "APP_FAILED", "INPUT_UNAVAILABLE", "ABSTAIN")
_AUDITS = ("not over", "unopposed", "upheld", "overturned", "no answer", "undecided", "unserved")
_OVERTURNED = 3
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@dataclass
class Answer:
    """The answer that the chain accepted. It is final."""

    #: "RESULT", or "APP_FAILED" of a program that fails in the same way on every machine.
    kind: str
    #: Digest of the result's manifest: "sha256:" and hexadecimal digits.
    digest: str
    fuel: int
    #: Height at which it was accepted.
    ended: int
    #: The manifest, where the receipt has one.
    manifest: Manifest | None = None


@dataclass
class Evidence:
    """Why the chain accepted the answer."""

    policy: str
    #: The demanded trust T: at most one wrong result in T tasks is to be expected, over all tasks of this trust, under a policy that bounds it.
    trust: int
    #: Whether more than two thirds of the court's power gave the answer.
    by_court: bool
    #: Organisations whose workers gave it, and those whose seats gave it in court.
    gave_it: list[str]
    court: list[str]
    replicas: int
    audit: str
    #: Digest of an answer that the court overturned; empty for none.
    overturned: str = ""
    #: The evidence that came with the answer; None where the receipt has none.
    shown: Shown | None = None


@dataclass
class Input:
    """A file or folder that the program reads."""

    name: str
    digest: str
    tree: bool


@dataclass
class Work:
    """What was asked for."""

    deal: str
    request: str
    requester: str
    organisation: str
    app: str
    version: str
    #: Digest of the program.
    digest: str
    runtime: str
    #: Index of the task in the request's bag.
    index: int
    args: list[str]
    inputs: list[Input]


@dataclass
class Signed:
    """The header that covers the state, and who signed it."""

    height: int
    block: str
    time: datetime
    signers: int
    validators: int
    power: int
    total_power: int
    set: str
    #: How often the set of validators changed from the trusted one to the block.
    changes: int


@dataclass
class Statement:
    """What the receipt of a task proves."""

    chain: str
    task: str
    answer: Answer
    evidence: Evidence
    work: Work
    signed: Signed
    #: What the receipt has and this client could not check, a sentence each. Where it is empty everything was checked.
    unchecked: list[str] = field(default_factory=list)


@dataclass
class Value:
    """The value of a feed."""

    data: bytes
    #: Height and time, in Unix seconds, at which it was asked for, and at which the answer was final.
    asked: int
    asked_time: int
    height: int
    time: int
    task: str
    digest: str
    trust: int
    policy: str
    app_version: str


@dataclass
class FeedStatement:
    """What the receipt of a feed proves: its latest value at a height."""

    chain: str
    feed: str
    owner: str
    name: str
    account: str
    app: str
    min_trust: int
    policy: str
    shared: bool
    value: Value
    signed: Signed


def digest_text(raw: bytes) -> str:
    return "sha256:" + raw.hex()


def _who_gave(seats: list[Message], verdict: Outcome) -> list[str]:
    return [s.text(2) for s in seats if s.number(5) == 3 and Outcome.read(s.within(7)) == verdict]


def build_signed(height: int, path: list[Header], begin: int) -> Signed:
    h = path[-1]
    time = _EPOCH + timedelta(seconds=h.seconds, microseconds=h.nanoseconds // 1000)
    return Signed(height, h.hash.hex().upper(), time, h.signers, h.validators, h.power, h.total_power, h.validators_hash.hex().upper(), len(path) - 1 - begin)


def read_overturned(task: Message) -> str:
    """The digest of the answer that the court overturned, or nothing."""
    audit = task.within(40)
    return digest_text(audit.within(5).bytes(2, 32)) if audit.number(6) == _OVERTURNED else ""


def build_statement(chain: str, task: Message, deal: Message, request: Message, signed: Signed) -> Statement:
    verdict, terms, job = Outcome.read(task.within(14)), deal.within(16), request.within(5)
    overturned, audit = read_overturned(task), task.within(40).number(6)
    return Statement(
        chain, task.bytes(1, 32).hex(),
        Answer(KINDS[verdict.kind], digest_text(verdict.digest), verdict.fuel, task.signed(20)),
        Evidence(
            terms.text(1), terms.number(2), bool(task.number(13)) or bool(overturned), _who_gave(task.messages(9), verdict), _who_gave(task.messages(11), verdict),
            task.within(10).number(2), "none" if 40 not in task else _AUDITS[audit] if audit < len(_AUDITS) else f"result {audit}", overturned),
        Work(
            deal.bytes(1, 32).hex(), request.bytes(1, 32).hex(), encode_address(deal.bytes(5)), deal.text(6), deal.text(7), deal.text(8), digest_text(deal.bytes(11, 32)), deal.text(12),
            task.number(3), [b.decode("utf-8") for b in job.each(2)], [Input(f.text(1), digest_text(f.bytes(2, 32)), bool(f.number(5))) for f in job.messages(3)]),
        signed)


def build_feed(chain: str, feed: Message, signed: Signed) -> FeedStatement:
    v, account = feed.within(14), encode_address(feed.bytes(3))
    return FeedStatement(
        chain, feed.bytes(1, 32).hex(), feed.text(2) or account, feed.text(4), account, feed.text(6), feed.number(7), feed.text(8), bool(feed.number(5)),
        Value(
            v.bytes(1), v.signed(2), v.signed(3), v.signed(6), v.signed(7), v.bytes(5, 32).hex(), digest_text(v.bytes(11, 32)), v.number(8), v.text(9), v.text(10)),
        signed)
