"""Graphs of jobs that the chain releases by itself."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from . import wire
from .errors import CredenceError
from .key import Key

if TYPE_CHECKING:
    from .client import Client, Job

#: Most gas of a transaction of several requests: a chain takes a tenth of a block, 20,000,000.
_BATCH_GAS = 18_000_000


@dataclass
class Node:
    """A job of a graph, and what it waits for, by the names of other nodes."""

    job: Job
    #: Nodes that must have ended with a result of every task.
    after: list[str] = field(default_factory=list)
    #: Nodes of one task whose whole results are inputs, by the names of their folders below /in.
    answers: dict[str, str] = field(default_factory=dict)
    #: Nodes of one task, with the exit statuses with which this one runs. With another one it is skipped, and its money comes back. The
    #: statuses have to be successes of that node's program: `ok_exit` of its job.
    when: dict[str, list[int]] = field(default_factory=dict)

    def waits(self) -> list[str]:
        """The names of all nodes that it waits for, each once."""
        return list(dict.fromkeys([*self.after, *self.answers.values(), *self.when]))


def order_of(graph: dict[str, Node]) -> list[str]:
    """The names of a graph's nodes, each after those that it waits for. Raises ValueError where that cannot be."""
    done: list[str] = []

    def visit(name: str, path: list[str]) -> None:
        if name in path:
            raise ValueError(f"nodes wait for each other: {' waits for '.join([*path[path.index(name):], name])}")
        if name in done:
            return
        for other in graph[name].waits():
            if other not in graph:
                raise ValueError(f"node {name} waits for {other}, and there is no such node")
            visit(other, [*path, name])
        done.append(name)

    for name in graph:
        visit(name, [])
    return done


class Workflows:
    """What a `Client` does with graphs of jobs."""

    def submit_graph(self: Client, key: Key, graph: dict[str, Node], nonce: int | None = None) -> dict[str, str]:
        """Hands a graph of jobs to the chain, and returns the request of each node once blocks have all of them.

        All money is locked at once; what is not spent comes back node by node. The chain releases each node when those that it waits for have
        ended, and skips it if one of them fails: no client has to stay online. `watch` and `fetch` work on each request as on any other; that of
        a node that was skipped raises NoAnswer with REQUEST_STATUS_SKIPPED.

        Everything is uploaded and priced before anything is paid. The requests' ids follow from the nonce: giving the same again, with the
        same graph, submits what is missing, and pays nothing twice.
        """
        nonce = secrets.randbits(62) if nonce is None else nonce
        order = order_of(graph)
        nonces = {name: nonce + i for i, name in enumerate(order)}
        requests = {name: wire.request_id(self.chain_id, key.address, nonces[name]) for name in order}
        asked = {name for node in graph.values() for name in node.when}
        prepared = []
        for name in order:
            if self._known(requests[name]) is None:
                job = _waiting(graph[name], requests, name in asked, name)
                prepared.append(self._prepare(key, job, nonces[name]))
        while prepared:
            batch: list[tuple[str, bytes]] = []
            gas = 0
            while prepared and (not batch or gas + prepared[0][1] <= _BATCH_GAS):
                message, cost = prepared.pop(0)
                batch.append(("/credence.market.v1.MsgSubmitTask", message))
                gas += cost
            self.send(key, batch, gas)
        return requests


def _waiting(node: Node, requests: dict[str, str], asked: bool, name: str) -> Job:
    """The node's job, as one that waits for requests."""
    job = node.job
    if asked and job.onchain not in ("", "/exit"):
        raise CredenceError(f"node {name}: its job keeps {job.onchain} on chain, and another node waits for its exit status: the chain keeps one of them")
    return replace(
        job, onchain="/exit" if asked else job.onchain,
        after=[*job.after, *(requests[other] for other in node.after)],
        answers={**job.answers, **{folder: requests[other] for folder, other in node.answers.items()}},
        when={**job.when, **{requests[other]: exits for other, exits in node.when.items()}})
