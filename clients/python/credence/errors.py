"""What can go wrong. Programs decide by the class and its fields, never by the words."""

from typing import Any


class CredenceError(Exception):
    """Anything that this package raises."""


class NodeError(CredenceError):
    """A node, a store or a worker did not answer, or not with what was asked for."""

    def __init__(self, text: str, status: int = 0, info: "dict[str, Any] | None" = None):
        super().__init__(text)
        #: HTTP status of the answer; 0 when there was none.
        self.status = status
        info = info or {}
        #: Name of the error, which stays, such as "NO_ORDER" (docs/errors.md); empty where no node gave one.
        self.reason: str = info.get("reason", "")
        #: Module whose error it is, such as "market"; "credence" for none.
        self.domain: str = info.get("domain", "")
        #: What the error says of itself: "code", and where it names a field "field", "value", "expected" and "next".
        self.metadata: dict[str, str] = info.get("metadata") or {}


class Refused(CredenceError):
    """The chain did not take a transaction, or took it and did not do what it says."""

    def __init__(self, code: int, codespace: str, log: str):
        super().__init__(f"refused: {log or 'no reason given'} ({codespace} {code})")
        #: Number of the error within the module `codespace`.
        self.code = code
        self.codespace = codespace


class NoAnswer(CredenceError):
    """A request met no offer, or a task ended without an accepted answer. What was not spent comes back."""

    def __init__(self, text: str, state: str):
        super().__init__(text)
        #: Status of the request or ending of the task, such as "ENDING_VOID".
        self.state = state


class DigestMismatch(CredenceError):
    """Bytes are not those that the chain accepted."""
