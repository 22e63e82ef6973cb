"""The messages of the chain that this client writes, as tables of their fields.

A message is given as REST has it in JSON: names in snake_case, numbers of 64 bits as numbers or as text, enumerations by name. Numbers
and names are those of proto/credence. `clients/vectors/orders.json`, which Go writes, has each field of an order in it.
"""

from __future__ import annotations

import base64
from typing import Any

from . import wire

_ROLES = ["ROLE_UNSPECIFIED", "ROLE_ANYONE", "ROLE_AUTHORITY", "ROLE_ORG_ADMIN", "ROLE_VALIDATOR", "ROLE_WORKER", "ROLE_PROVIDER", "ROLE_REQUESTER",
          "ROLE_POOL_OPERATOR"]
#: Kinds of orders, by their numbers.
KINDS = ["", "app", "dataset", "pool", "request"]

#: Statuses of orders, by their numbers: REST takes numbers in a query.
STATUSES = ["ORDER_STATUS_UNSPECIFIED", "ORDER_STATUS_RESTING", "ORDER_STATUS_SIGNED", "ORDER_STATUS_FILLED", "ORDER_STATUS_CANCELLED", "ORDER_STATUS_EXPIRED",
            "ORDER_STATUS_STALE"]

# Fields of each message in the order of their numbers: number, name, and type. A type that begins with a capital letter is a message; one
# that ends with "*" is repeated; one that ends with "!" is written even when it is empty, which the bytes that an owner signs need.
_MESSAGES: dict[str, list[tuple[int, str, str]]] = {
    "Audience": [(1, "accounts", "text*"), (2, "organisations", "text*"), (3, "roles", "role*")],
    "Restriction": [(1, "ids", "text*"), (2, "audience", "Audience!")],
    "Resources": [(1, "cpu_millis", "number"), (2, "memory_bytes", "number"), (3, "disk_bytes", "number"), (4, "gpus", "number")],
    "UsePrice": [(1, "base", "number"), (2, "per_gfuel", "number"), (3, "per_second", "number")],
    "Input": [(1, "name", "text"), (2, "digest", "text"), (3, "size", "number"), (4, "locators", "text*"), (5, "tree", "number"), (6, "of", "text")],
    "ExitCondition": [(1, "request", "text"), (2, "exit", "number*")],
    "Execution": [
        (1, "ok_exit", "number*"), (2, "stdout", "text"), (3, "stdin", "text"), (4, "env", "text*"), (5, "seconds", "number"), (6, "clock", "number"),
        (7, "seed", "text"), (8, "writable", "number"), (9, "workdir", "text"), (10, "output_path", "text"), (11, "rows", "text"), (12, "recipient", "text")],
    "Job": [
        (1, "app", "text"), (2, "args", "text*"), (3, "inputs", "Input*"), (4, "trust", "number"), (5, "policy", "text"), (6, "min_replicas", "number"),
        (7, "max_price", "number"), (8, "value", "number"), (9, "fuel_limit", "number"), (10, "size", "number"), (11, "pool", "text"),
        (12, "static_credibility", "number"), (13, "datasets", "text*"), (14, "datasets_per_task", "number"), (15, "category", "text"), (16, "tags", "text*"),
        (17, "resources", "Resources!"), (18, "pools", "Restriction!"), (19, "max_app_price", "number"), (20, "max_dataset_price", "number"),
        (21, "max_pool_price", "number"), (22, "sponsor", "text"), (23, "voucher", "text"), (24, "beneficiary", "text"), (25, "callback", "text"),
        (26, "partial", "number"), (30, "execution", "Execution"), (31, "audit_blocks", "number"), (40, "onchain", "text"), (50, "after", "text*"),
        (51, "when", "ExitCondition*")],
    "AppOrder": [
        (1, "app", "text"), (2, "price", "number"), (3, "volume", "number"), (4, "tags", "text*"), (5, "datasets", "Restriction!"),
        (6, "pools", "Restriction!"), (7, "requesters", "Audience!")],
    "DatasetOrder": [
        (1, "dataset", "text"), (2, "price", "number"), (3, "volume", "number"), (4, "tags", "text*"), (5, "apps", "Restriction!"),
        (6, "pools", "Restriction!"), (7, "requesters", "Audience!")],
    "PoolOrder": [
        (1, "pool", "text"), (2, "price", "number"), (3, "volume", "number"), (4, "max_fuel", "number"), (5, "tags", "text*"), (6, "category", "text"),
        (7, "trust", "number"), (8, "resources", "Resources!"), (9, "stake", "number"), (10, "commission_bps", "number"), (11, "apps", "Restriction!"),
        (12, "datasets", "Restriction!"), (13, "requesters", "Audience!"), (14, "use_price", "UsePrice")],
    "Order": [
        (1, "owner", "text"), (2, "nonce", "number"), (3, "expiry", "number"), (4, "app", "AppOrder"), (5, "dataset", "DatasetOrder"),
        (6, "pool", "PoolOrder"), (7, "request", "Job")],
    "SignedOrder": [(1, "order", "Order"), (2, "signature", "Signature"), (3, "id", "text")],
    "MsgSubmitTask": [(1, "requester", "text"), (2, "nonce", "number"), (3, "job", "Job!"), (4, "expiry", "number")],
    "MsgPlaceOrder": [(1, "owner", "text"), (2, "order", "Order!")],
    "MsgCancelOrder": [(1, "owner", "text"), (2, "kind", "number"), (3, "nonce", "number")],
    "MsgMatchOrders": [
        (1, "relayer", "text"), (2, "app", "SignedOrder"), (3, "datasets", "SignedOrder*"), (4, "pool", "SignedOrder!"), (5, "request", "SignedOrder!")],
    "MsgCancelRequest": [(1, "requester", "text"), (2, "id", "text")],
    "MsgPublish": [
        (1, "owner", "text"), (2, "name", "text"), (3, "version", "text"), (4, "description", "text"), (5, "digest", "text"), (6, "size", "number"),
        (7, "runtime", "text"), (8, "locators", "text*"), (9, "price", "number")],
    "MsgPublishDataset": [
        (1, "owner", "text"), (2, "name", "text"), (3, "version", "text"), (4, "description", "text"), (5, "digest", "text"), (6, "size", "number"),
        (7, "locators", "text*"), (8, "price", "number"), (9, "by_order", "number"), (10, "tags", "text*"), (11, "media_type", "text"), (12, "schema", "text"),
        (13, "dataset", "text")],
    "MsgIssueVoucher": [
        (1, "issuer", "text"), (2, "nonce", "number"), (3, "holder", "text"), (4, "amount", "number"), (5, "expiry", "number"), (6, "apps", "text*"),
        (7, "datasets", "text*"), (8, "pools", "text*"), (9, "description", "text")],
}


def encode(message: str, value: dict[str, Any], path: str = "") -> bytes:
    """Writes a message. A field that it does not have is an error, and never left out in silence."""
    fields = _MESSAGES[message]
    unknown = sorted(set(value) - {name for _, name, _ in fields})
    if unknown:
        raise ValueError(f"{path or message}: this client does not know the fields {unknown}")
    return b"".join(_field(number, kind, value.get(name), f"{path}.{name}" if path else name) for number, name, kind in fields)


def _field(number: int, kind: str, value: Any, path: str) -> bytes:
    kind, always, repeated = kind.rstrip("!*"), kind.endswith("!"), kind.endswith("*")
    if repeated:
        if isinstance(value, (str, bytes, dict)):
            raise ValueError(f"{path}: got {value!r:.80}, expected a list")
        items = list(value or [])
        if kind == "text":
            return wire.each(number, items)
        if kind[0].isupper():
            return wire.each(number, [encode(kind, item, f"{path}[{i}]") for i, item in enumerate(items)])
        numbers = [_ROLES.index(item) if kind == "role" else int(item) for item in items]
        return wire.data(number, b"".join(wire.varint(n) for n in numbers))
    if kind == "text":
        return wire.data(number, value or "")
    if kind == "number":
        return wire.number(number, int(value or 0))
    if kind == "Signature":
        return wire.data(number, _signature(value), always=True) if value else b""
    if value is None and not always:
        return b""
    return wire.data(number, encode(kind, value or {}, path), always=True)


def _signature(signature: dict[str, Any]) -> bytes:
    """cosmos.tx.signing.v1beta1.SignatureDescriptor of one key. Signatures of multisig keys are for `credence order`."""
    public, single = signature["public_key"], signature["data"].get("single")
    if public.get("@type") != "/cosmos.crypto.secp256k1.PubKey" or not single or single.get("mode") != "SIGN_MODE_DIRECT":
        raise ValueError("signature: this client sends signatures of one secp256k1 key in the mode SIGN_MODE_DIRECT")
    key = wire.packed(public["@type"], wire.data(1, base64.b64decode(public["key"])))
    signed = wire.number(1, 1) + wire.data(2, base64.b64decode(single["signature"]))
    return wire.data(1, key) + wire.data(2, wire.data(1, signed))


def normal_job(job: dict[str, Any]) -> dict[str, Any]:
    """A job in its one form, which an owner signs: defaults written out, tags and the lists of the execution sorted."""
    job = {**job, "size": int(job.get("size") or 0) or 1, "policy": job.get("policy") or "credence", "tags": sorted(set(job.get("tags") or []))}
    execution = dict(job.get("execution") or {})
    execution["ok_exit"] = sorted(int(n) for n in execution.get("ok_exit") or [])
    execution["env"] = sorted(execution.get("env") or [], key=lambda variable: variable.partition("=")[0].encode())
    job["execution"] = execution if encode("Execution", execution) else None
    return job


def normal_order(order: dict[str, Any]) -> dict[str, Any]:
    """An order in its one form."""
    order = dict(order)
    for kind in ("app", "dataset", "pool"):
        if order.get(kind) is not None:
            order[kind] = {**order[kind], "tags": sorted(set(order[kind].get("tags") or []))}
    if order.get("request") is not None:
        order["request"] = normal_job(order["request"])
    return order


def kind_of(order: dict[str, Any]) -> str:
    """The kind of an order: which one of its contents is there."""
    there = [kind for kind in KINDS[1:] if order.get(kind) is not None]
    if len(there) != 1:
        raise ValueError(f"order: got {there}, expected exactly one of app, dataset, pool and request")
    return there[0]


def sign_bytes(order: dict[str, Any], chain_id: str) -> bytes:
    """The bytes that the owner of a normal order signs."""
    return wire.frame(b"credence/order/v1/sign", chain_id.encode(), kind_of(order).encode(), encode("Order", order))
