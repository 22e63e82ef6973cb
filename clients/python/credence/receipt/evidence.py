"""The evidence that came with an answer under the policies that ask for it: an enclave's signature, or a proof."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Iterable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from ..key import encode_address
from ..wire import data, varint
from .message import Message
from .proof import prove_record, unbase64
from .refusal import reading, refuse

_PROOF, _ATTESTATION = 1, 2
_KINDS = {"proven": _PROOF, "attested": _ATTESTATION}
_ATTESTATION_SIZE = 128  # a key and a signature
_SYSTEMS = ("", "RISC Zero", "SP1", "circuit")
_PLATFORMS = ("", "TDX", "SEV-SNP", "software")
_MIB = 1 << 20
#: Memory that a task has where its deal does not say, and the most; the most that its files may hold. As poco/contract has it.
_RUNTIMES = {
    "wasm": (1024 * _MIB, 65535 << 16, 64 * _MIB), "circuit": (1024 * _MIB, 65535 << 16, 64 * _MIB), "oci": (1024 * _MIB, 65536 * _MIB, 64 * _MIB),
}
#: The fields of an execution that the digest of inputs covers are 1 to this.
_LAST_EXECUTION_FIELD = 12
#: What this client says of a proof.
PROOF_UNCHECKED = "the proof of the answer (policy proven): this client has no pairing; `credence receipt verify` checks it"


@dataclass(frozen=True)
class Shown:
    """What the evidence of a receipt shows. Fields that its kind does not have are empty."""

    #: A hash of chain, task, attempt, worker, app, inputs and answer: what the evidence has to show.
    statement: str
    worker: str
    #: Whether the evidence itself was checked. Of a proof it never is; `Statement.unchecked` says so.
    checked: bool
    #: Of a proof: the name of its verifier, the kind of proof, and the id of the program. `stopped`: seats or the council have stopped the
    #: verifier since then.
    verifier: str = ""
    system: str = ""
    program: str = ""
    stopped: bool = False
    #: Of an enclave's signature: the key of its session, the platform, and the ids of its machine and of what it was started from.
    key: str = ""
    platform: str = ""
    machine: str = ""
    measurement: str = ""


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    kind: int
    digest: bytes
    fuel: int

    @classmethod
    def read(cls, m: Message) -> Outcome:
        return cls(m.number(1), m.bytes(2, 32), m.number(3))


def _u64(n: int) -> bytes:
    return (n & (1 << 64) - 1).to_bytes(8, "big")


def _flag(value: int) -> bytes:
    return b"\1" if value else b"\0"


def _hash(*fields: bytes) -> bytes:
    """H of docs/protocol.md: SHA-256 over the fields, each after its length."""
    return hashlib.sha256(b"".join(_u64(len(one)) + one for one in fields)).digest()


def _hash_all(fields: Iterable[bytes]) -> bytes:
    return _hash(*fields)


def _digest_run(task_id: bytes, index: int, deal: Message, execution: Message) -> bytes:
    """The digest of how a task is run: protocol.md, section 2."""
    terms, resources, seed = deal.within(16), deal.within(41), execution.bytes(7)
    limits = _RUNTIMES.get(deal.text(12))
    if limits is None:
        refuse("record", f"the deal's runtime {deal.text(12)!r} is not known")
    memory, disk = resources.number(2), resources.number(3)
    recipient = execution.bytes(12)
    return _hash(
        b"credence/run/v1", _u64(execution.signed(6) or deal.signed(25)), _hash(b"credence/run-seed/v1", seed, _u64(index)) if seed else _hash(task_id),
        _hash_all(_u64(n) for n in execution.numbers(1) or deal.numbers(51)), execution.bytes(2), execution.bytes(9), deal.bytes(31), execution.bytes(11), _flag(execution.number(8)),
        _u64(terms.number(11)), _u64(min(memory, limits[1]) if memory else limits[0]), _u64(min(disk, limits[2]) if disk else limits[2]), *([data(12, recipient)] if recipient else []))


def _digest_inputs(task: Message, deal: Message, job: Message) -> bytes:
    """The digest of a task's inputs, and of how it is run."""
    index, execution = task.number(3), job.within(30)
    sets, count = deal.messages(29), deal.number(30)
    if count:
        sets = sets[index * count : (index + 1) * count]
    files = [part for f in job.messages(3) for part in (f.bytes(1), f.bytes(2, 32), _flag(f.number(5)))]
    return _hash(
        b"credence/inputs/v2", _u64(index), _hash_all(job.each(2)), _hash_all(execution.each(4)), execution.bytes(3), _hash_all(files),
        _hash_all(f.bytes(3, 32) for f in sets), _digest_run(task.bytes(1, 32), index, deal, execution))


def check_shown(chain: str, shown: Any, task: Message, deal: Message, request: Message, app_hash: bytes) -> Shown | None:
    """Checks the evidence of a receipt: it must show the accepted answer, against a record that the header proves. The arithmetic of a
    proof is not checked."""
    if not shown:
        return None
    evidence = unbase64("shown.evidence", shown.get("evidence"))
    with reading("record", "a record"):
        policy, verdict, job = deal.within(16).text(1), Outcome.read(task.within(14)), request.within(5)
        kind = _KINDS.get(policy)
        seat = next((s for s in task.messages(9) if s.number(5) == 3 and Outcome.read(s.within(7)) == verdict), None)
        if kind is None or seat is None:
            refuse("evidence", f"shown: the receipt has evidence, and the answer was accepted under the policy {policy!r}, which asks for none")
        if kind == _ATTESTATION and len(evidence) != _ATTESTATION_SIZE:
            refuse("evidence", f"shown: evidence of {len(evidence)} bytes, expected the {_ATTESTATION_SIZE} of a key and a signature")
        if any(n > _LAST_EXECUTION_FIELD for n in job.within(30).fields):
            refuse("record", "the job has a field that this verifier does not know; take a newer one")
        who = seat.bytes(1)
        worker = encode_address(who)
        statement = _hash(
            b"credence/evidence/v1", chain.encode(), task.bytes(1, 32), _u64(task.number(4)), worker.encode(), bytes([kind]), deal.bytes(11, 32),
            _digest_inputs(task, deal, job), bytes([verdict.kind & 0xFF]), verdict.digest, _u64(verdict.fuel))
        basis = shown.get("basis")
        if kind == _PROOF:
            v = prove_record("shown.basis", basis, "verifiers", b"\1" + deal.bytes(60), app_hash)
            return Shown(
                statement.hex(), worker, False, verifier=v.text(1), system=_name(_SYSTEMS, v.number(2)), program=deal.bytes(61, 32).hex(), stopped=9 in v)
        e = prove_record("shown.basis", basis, "enclaves", b"\5" + varint(len(who)) + who + evidence[:64], app_hash)
        if not _is_attested(evidence, statement):
            refuse("evidence", f"shown: the session's key did not sign the accepted answer, statement {statement.hex()}")
        measurement, listed = e.bytes(6, 32), deal.each(62)
        if listed and measurement not in listed:
            refuse("evidence", f"shown: the session is of measurement {measurement.hex()}, and the deal takes others")
        return Shown(
            statement.hex(), worker, True, key=evidence[:64].hex(), platform=_name(_PLATFORMS, e.number(4)), machine=e.bytes(5, 32).hex(), measurement=measurement.hex())


def _is_attested(evidence: bytes, statement: bytes) -> bool:
    """Says whether a session's key signed a statement: P-256 and SHA-256 over the statement."""
    r, s = int.from_bytes(evidence[64:96], "big"), int.from_bytes(evidence[96:], "big")
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\4" + evidence[:64])
        key.verify(encode_dss_signature(r, s), statement, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def _name(names: tuple[str, ...], number: int) -> str:
    return names[number] if number < len(names) else f"number {number}"
