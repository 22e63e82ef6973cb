"""A client of a Credence chain: submit runs and graphs of them, watch them, fetch and verify results, and trade orders.

It speaks REST and JSON with a node, and HTTP with stores and workers. Whatever it fetches is compared with the digest that the
chain accepted. It needs Python's standard library, and `cryptography` for signatures.
"""

from .aio import AsyncClient
from .client import Client, Job, Quote, Submitted
from .errors import CredenceError, DigestMismatch, NoAnswer, NodeError, Refused
from .key import Key
from .market import Market
from .result import File, Manifest, Result
from .workflow import Node, Workflows

__all__ = [
    "AsyncClient", "Client", "CredenceError", "DigestMismatch", "File", "Job", "Key", "Manifest", "Market", "NoAnswer", "Node", "NodeError", "Quote",
    "Refused", "Result", "Submitted", "Workflows",
]
