"""The client for asyncio."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, AsyncIterator, Callable, Iterator, ParamSpec, TypeVar

from .client import Client, Job, Quote, Submitted
from .key import Key
from .result import Result
from .workflow import Node

_P = ParamSpec("_P")
_T = TypeVar("_T")
_END: Any = object()


class AsyncClient:
    """`Client` whose methods are awaited. They raise the same.

    Each call runs in a thread of the loop's default executor, which has a limited number of them: give the loop a larger one to follow more
    requests than that at a time. Cancelling a call gives up waiting for it; what was sent stays sent, and `submit` may be called again
    with the same nonce.
    """

    def __init__(self, client: Client):
        #: The client that does the work; it may be used beside this one.
        self.client = client

    @classmethod
    async def connect(cls, rest: str, *, store: str = "", web: str = "", timeout: float = 15) -> AsyncClient:
        """A client of the node with this REST interface; the arguments are those of `Client`."""
        return cls(await asyncio.to_thread(Client, rest, store=store, web=web, timeout=timeout))

    @classmethod
    async def devnet(cls, path: str | Path | None = None) -> AsyncClient:
        """The devnet of this machine, as `Client.devnet` finds it."""
        return cls(await asyncio.to_thread(Client.devnet, path))

    @property
    def chain_id(self) -> str:
        """Id of the chain."""
        return self.client.chain_id

    async def query(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Asks the node's REST interface."""
        return await _run(self.client.query, path, body)

    async def quote(self, requester: str, job: Job) -> Quote:
        """What a job would cost one task."""
        return await _run(self.client.quote, requester, job)

    async def request(self, request: str) -> dict[str, Any]:
        """A request as the chain has it."""
        return await _run(self.client.request, request)

    async def task(self, task: str) -> dict[str, Any]:
        """A task as the chain has it."""
        return await _run(self.client.task, task)

    async def publish(self, key: Key, name: str, version: str, module: bytes, description: str, price: int = 0) -> str:
        """Uploads a WebAssembly module and publishes it; returns its reference."""
        return await _run(self.client.publish, key, name, version, module, description, price)

    async def submit(self, key: Key, job: Job, nonce: int | None = None) -> Submitted:
        """Asks for a job, and returns once a block has the request."""
        return await _run(self.client.submit, key, job, nonce)

    async def publish_dataset(self, key: Key, name: str, version: str, content: bytes, description: str, price: int = 0, media_type: str = "") -> str:
        """Uploads a file and publishes it as a version of a dataset; returns its reference."""
        return await _run(self.client.publish_dataset, key, name, version, content, description, price, media_type)

    async def submit_graph(self, key: Key, graph: dict[str, Node], nonce: int | None = None) -> dict[str, str]:
        """Hands a graph of jobs to the chain, and returns the request of each node."""
        return await _run(self.client.submit_graph, key, graph, nonce)

    async def cancel_request(self, key: Key, request: str) -> None:
        """Takes back what no worker was drawn for of a request, or a request that waits for others."""
        return await _run(self.client.cancel_request, key, request)

    def order_id(self, owner: str, kind: str, nonce: int) -> str:
        """The id that an order has, whether the chain has seen it or not."""
        return self.client.order_id(owner, kind, nonce)

    def sign_order(self, key: Key, order: dict[str, Any]) -> dict[str, Any]:
        """Signs an order off the chain. Nothing is sent."""
        return self.client.sign_order(key, order)

    async def place_order(self, key: Key, order: dict[str, Any]) -> str:
        """Puts an app, dataset or pool order on the book, and returns its id."""
        return await _run(self.client.place_order, key, order)

    async def match_orders(self, key: Key, *, pool: dict[str, Any] | str, request: dict[str, Any] | str, app: dict[str, Any] | str | None = None,
                           datasets: list[dict[str, Any] | str] | None = None) -> int:
        """Proposes a deal of orders, and returns the height."""
        return await _run(self.client.match_orders, key, pool=pool, request=request, app=app, datasets=datasets)

    async def cancel_order(self, key: Key, kind: str, nonce: int) -> str:
        """Takes back an order of the key's account, and returns its id."""
        return await _run(self.client.cancel_order, key, kind, nonce)

    async def order(self, order: str) -> dict[str, Any]:
        """An app, dataset or pool order as the chain has it."""
        return await _run(self.client.order, order)

    def orders(self, *, owner: str = "", app: str = "", dataset: str = "", pool: str = "", status: str = "") -> AsyncIterator[dict[str, Any]]:
        """The orders of exactly one party, all or those of one status."""
        return _each(lambda: self.client.orders(owner=owner, app=app, dataset=dataset, pool=pool, status=status))

    def book(self, *, runtime: str = "", category: str = "", pool: str = "", app: str = "", dataset: str = "") -> AsyncIterator[dict[str, Any]]:
        """The orders that rest on the book, best first."""
        return _each(lambda: self.client.book(runtime=runtime, category=category, pool=pool, app=app, dataset=dataset))

    async def voucher(self, voucher: str) -> dict[str, Any]:
        """A voucher as the chain has it."""
        return await _run(self.client.voucher, voucher)

    def vouchers(self, *, holder: str = "", issuer: str = "") -> AsyncIterator[dict[str, Any]]:
        """The vouchers that an account holds, or has issued."""
        return _each(lambda: self.client.vouchers(holder=holder, issuer=issuer))

    async def issue_voucher(self, key: Key, holder: str, amount: int, seconds: float, *, apps: list[str] | None = None, datasets: list[str] | None = None,
                            pools: list[str] | None = None, description: str = "", nonce: int | None = None) -> str:
        """Sets money aside which the holder may spend on requests, and returns the voucher's id."""
        return await _run(self.client.issue_voucher, key, holder, amount, seconds, apps=apps, datasets=datasets, pools=pools, description=description, nonce=nonce)

    async def height_after(self, seconds: float) -> int:
        """The height that the chain has in so many seconds, at the time that it means a block to take."""
        return await _run(self.client.height_after, seconds)

    async def fetch(self, task: str, sources: list[str] | None = None) -> Result:
        """Fetches the accepted result of a task, each byte verified."""
        return await _run(self.client.fetch, task, sources)

    async def onchain(self, task: str) -> bytes | None:
        """What lives on chain of a task's accepted answer, or None."""
        return await _run(self.client.onchain, task)

    async def feed(self, owner: str, name: str) -> dict[str, Any]:
        """A feed with its latest value."""
        return await _run(self.client.feed, owner, name)

    def tasks(self, request: str) -> AsyncIterator[dict[str, Any]]:
        """The tasks of a request that have been opened."""
        return _each(lambda: self.client.tasks(request))

    def watch(self, request: str, timeout: float = 600) -> AsyncIterator[dict[str, Any]]:
        """Yields each task of a request as it ends, and returns when all have."""
        return _each(lambda: self.client.watch(request, timeout))


async def _run(call: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    return await asyncio.to_thread(call, *args, **kwargs)


async def _each(begin: Callable[[], Iterator[_T]]) -> AsyncIterator[_T]:
    """What an iterator gives, each step of it in a thread, so that the loop goes on meanwhile."""
    items = begin()
    while (item := await asyncio.to_thread(next, items, _END)) is not _END:
        yield item
