"""Orders and vouchers."""

from __future__ import annotations

import base64
import secrets
import time
import urllib.parse
from typing import TYPE_CHECKING, Any, Iterator

from . import messages, wire
from .errors import CredenceError, NodeError
from .key import Key

if TYPE_CHECKING:
    from .client import Client

#: Gas of what has a place in the matching queue: orders that are placed or taken back, and matches; and of a voucher.
_GAS_ORDER = 3_000_000
_GAS_MATCH = 4_000_000
_GAS_VOUCHER = 1_000_000


class Market:
    """What a `Client` does with orders and vouchers.

    An order is a dict, as REST and the files of `credence order` have it: `owner`, `nonce`, `expiry`, and exactly one of `app`, `dataset`,
    `pool` and `request`, such as `{"pool": {"pool": "north", "price": 50000, ...}}`. docs/provider.md and docs/pool-operator.md say what the
    fields mean.
    """

    def order_id(self: Client, owner: str, kind: str, nonce: int) -> str:
        """The id that an order has, whether the chain has seen it or not."""
        return wire.order_id(self.chain_id, kind, owner, nonce)

    def sign_order(self: Client, key: Key, order: dict[str, Any]) -> dict[str, Any]:
        """Signs an order off the chain: anyone who has it may match it. Its owner is the key's account, and where it has no nonce it gets
        one. Returns `{"order": ..., "signature": ...}`, which `credence order` reads too. Nothing is sent.
        """
        order = self._complete(key, order)
        public = {"@type": "/cosmos.crypto.secp256k1.PubKey", "key": base64.b64encode(key.public).decode()}
        signature = base64.b64encode(key.sign(messages.sign_bytes(order, self.chain_id))).decode()
        return {"order": order, "signature": {"public_key": public, "data": {"single": {"mode": "SIGN_MODE_DIRECT", "signature": signature}}}}

    def place_order(self: Client, key: Key, order: dict[str, Any]) -> str:
        """Puts an app, dataset or pool order on the book, and returns its id once a block has it. Requests come by `submit`.

        Placing an order again that the chain has already, with the same nonce, changes nothing.
        """
        order = self._complete(key, order)
        order_id = self.order_id(key.address, messages.kind_of(order), int(order["nonce"]))
        try:
            known = self.order(order_id)
        except NodeError as trouble:
            if trouble.status != 404:
                raise
        else:
            if messages.encode("Order", messages.normal_order(known["order"])) != messages.encode("Order", order):
                raise CredenceError(f"nonce: the chain has another order under {order['nonce']}, {order_id}: take a new nonce")
            return order_id
        message = messages.encode("MsgPlaceOrder", {"owner": key.address, "order": order})
        self.send(key, [("/credence.market.v1.MsgPlaceOrder", message)], _GAS_ORDER)
        return order_id

    def match_orders(self: Client, key: Key, *, pool: dict[str, Any] | str, request: dict[str, Any] | str, app: dict[str, Any] | str | None = None,
                     datasets: list[dict[str, Any] | str] | None = None) -> int:
        """Proposes a deal of orders, each as `sign_order` returns it or by the id of one that the chain knows. Without an app's or a dataset's
        order its list price holds. Returns the height; the next block makes the deal. The key is of anyone.
        """
        message: dict[str, Any] = {
            "relayer": key.address, "pool": _signed(pool), "request": _signed(request),
            "datasets": [_signed(d) if d else {} for d in datasets or []]}
        if app:
            message["app"] = _signed(app)
        sent = self.send(key, [("/credence.market.v1.MsgMatchOrders", messages.encode("MsgMatchOrders", message))], _GAS_MATCH)
        return int(sent["height"])

    def cancel_order(self: Client, key: Key, kind: str, nonce: int) -> str:
        """Takes back an order of the key's account: "app", "dataset", "pool" or "request" and its nonce, whether the chain has seen it or not.
        Deals that were made stand. Returns its id.
        """
        if kind not in messages.KINDS[1:]:
            raise ValueError(f"kind: got {kind!r}, expected one of {', '.join(messages.KINDS[1:])}")
        message = messages.encode("MsgCancelOrder", {"owner": key.address, "kind": messages.KINDS.index(kind), "nonce": nonce})
        self.send(key, [("/credence.market.v1.MsgCancelOrder", message)], _GAS_ORDER)
        return self.order_id(key.address, kind, nonce)

    def cancel_request(self: Client, key: Key, request: str) -> None:
        """Takes back what no worker was drawn for of a request, or a request that waits for others. What it locked comes back."""
        message = messages.encode("MsgCancelRequest", {"requester": key.address, "id": request})
        self.send(key, [("/credence.market.v1.MsgCancelRequest", message)], _GAS_MATCH)

    def order(self: Client, order: str) -> dict[str, Any]:
        """An app, dataset or pool order as the chain has it, with its `status`, and `filled`, the tasks that it has met."""
        return self.query(f"/credence/market/v1/orders/{urllib.parse.quote(order, safe='')}")["order"]

    def orders(self: Client, *, owner: str = "", app: str = "", dataset: str = "", pool: str = "", status: str = "") -> Iterator[dict[str, Any]]:
        """The orders of exactly one party, all or those of one status, such as "ORDER_STATUS_RESTING"."""
        if status and status not in messages.STATUSES:
            raise ValueError(f"status: got {status!r}, expected one of {', '.join(messages.STATUSES[1:])}")
        number = str(messages.STATUSES.index(status)) if status else ""
        return self._pages("/credence/market/v1/orders", "orders", _given(owner=owner, app=app, dataset=dataset, pool=pool, status=number))

    def book(self: Client, *, runtime: str = "", category: str = "", pool: str = "", app: str = "", dataset: str = "") -> Iterator[dict[str, Any]]:
        """The orders that rest on the book, best first: pool orders of a runtime and category, or those of a pool, an app or a dataset."""
        return self._pages("/credence/market/v1/book", "orders", _given(runtime=runtime, category=category, pool=pool, app=app, dataset=dataset))

    def voucher(self: Client, voucher: str) -> dict[str, Any]:
        """A voucher as the chain has it, with its `balance` in ucred. A `Job` names it to be paid from it."""
        return self.query(f"/credence/vouchers/v1/vouchers/{urllib.parse.quote(voucher, safe='')}")["voucher"]

    def vouchers(self: Client, *, holder: str = "", issuer: str = "") -> Iterator[dict[str, Any]]:
        """The vouchers that an account holds, or has issued."""
        return self._pages("/credence/vouchers/v1/vouchers", "vouchers", _given(holder=holder, issuer=issuer))

    def issue_voucher(self: Client, key: Key, holder: str, amount: int, seconds: float, *, apps: list[str] | None = None, datasets: list[str] | None = None,
                      pools: list[str] | None = None, description: str = "", nonce: int | None = None) -> str:
        """Sets money of the key's account aside, in ucred, which the holder may spend on requests for so many seconds. It pays for certain apps,
        datasets and pools, or for any. Returns the voucher's id. Giving the same nonce again after a failure issues nothing twice.
        """
        nonce = secrets.randbits(63) if nonce is None else nonce
        voucher = wire.voucher_id(self.chain_id, key.address, nonce)
        try:
            self.voucher(voucher)
            return voucher
        except NodeError as trouble:
            if trouble.status != 404:
                raise
        message = {
            "issuer": key.address, "nonce": nonce, "holder": holder, "amount": amount, "expiry": self.height_after(seconds),
            "apps": apps, "datasets": datasets, "pools": pools, "description": description}
        self.send(key, [("/credence.vouchers.v1.MsgIssueVoucher", messages.encode("MsgIssueVoucher", message))], _GAS_VOUCHER)
        return voucher

    def height_after(self: Client, seconds: float) -> int:
        """The height that the chain has in so many seconds, at the time that it means a block to take."""
        latest = self.query("/cosmos/base/tendermint/v1beta1/blocks/latest")["block"]["header"]["height"]
        millis = int(self.query("/credence/market/v1/params")["params"]["block_millis"])
        return int(latest) + max(1, -(-int(seconds * 1000) // max(1, millis)))

    def _complete(self, key: Key, order: dict[str, Any]) -> dict[str, Any]:
        order = messages.normal_order({"owner": key.address, **order})
        if order["owner"] != key.address:
            raise CredenceError(f"owner: got {order['owner']}, expected the account of the key, {key.address}")
        messages.kind_of(order)
        # Newer orders have larger nonces, so that cancelling all below one cancels the older ones.
        order["nonce"] = int(order.get("nonce") or 0) or time.time_ns() // 1000
        messages.encode("Order", order)
        return order


def _signed(order: dict[str, Any] | str) -> dict[str, Any]:
    return {"id": order} if isinstance(order, str) else order


def _given(**query: str) -> dict[str, str]:
    return {name: value for name, value in query.items() if value}
