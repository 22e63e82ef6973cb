"""The client."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import os
import secrets
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterator

from . import messages, wire
from .errors import CredenceError, DigestMismatch, NoAnswer, NodeError, Refused
from .key import Key
from .market import Market
from .result import Manifest, Result, check
from .workflow import Workflows

#: Gas of a request: its place in the matching queue, which one that waits for others has twice, and the rest.
_GAS_PLACE = 2_000_000
_GAS_SUBMIT = 1_000_000
_GAS_PUBLISH = 1_000_000
#: How long a request that waits for others does so, in seconds, where its job says nothing.
_WAIT = 24 * 3600
#: Most bytes of an answer that is an input.
_ANSWER = 64 << 20
#: How long a transaction may wait to be included, in seconds; the chain takes at most ten minutes.
_TIMEOUT = 120
_MAX_BYTES = 1 << 30


@dataclass
class Job:
    """What is to be run. Amounts are in ucred, millionths of a CRED."""

    #: "organisation/name:version", or a digest.
    app: str
    #: Arguments of the program, without its name.
    args: list[str] = field(default_factory=list)
    #: Content of the files that the program finds below /in, by name.
    inputs: dict[str, bytes] = field(default_factory=dict)
    #: At most one wrong result in this many.
    trust: int = 1000
    #: Fuel that one execution may burn.
    fuel_limit: int = 10_000_000_000
    #: Number of tasks; each is told its index.
    size: int = 1
    #: Most that one task may cost; 0 takes what the chain recommends.
    max_price: int = 0
    pool: str = ""
    datasets: list[str] = field(default_factory=list)
    policy: str = ""
    category: str = ""
    min_replicas: int = 0
    #: Hook of the chain that is told each final answer, such as "feeds/NAME".
    callback: str = ""
    #: A small file of the result that lives on chain, or "/exit" for the exit status; empty for none.
    onchain: str = ""
    #: Id of a voucher that pays in the requester's place.
    voucher: str = ""
    #: Exit statuses that mean success; empty for those that the app names, or 0.
    ok_exit: list[int] = field(default_factory=list)
    #: Requests that must have ended with a result of every task before this one begins.
    after: list[str] = field(default_factory=list)
    #: Requests of one task whose whole results are inputs, by the names of their folders below /in.
    answers: dict[str, str] = field(default_factory=dict)
    #: Requests of one task that keep "/exit" on chain, with the exit statuses with which this one begins.
    when: dict[str, list[int]] = field(default_factory=dict)
    #: How many seconds the request waits for others, and for offers. 0: the next block refunds what it cannot match, and one that waits for
    #: others does so for a day.
    rest: float = 0
    #: Further fields of the chain's Job, by their names in REST.
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Quote:
    """What a job would cost, and how it would be checked."""

    #: Expected and recommended highest price of one task, in ucred.
    expected_price: int
    max_price: int
    #: The chain's sentence on how the answer would be checked.
    text: str


@dataclass(frozen=True)
class Submitted:
    """A request that the chain took."""

    request: str
    hash: str
    height: int


class Client(Market, Workflows):
    """Speaks to one node over REST. It may be used by several threads.

    `rest` is the base URL of the node's REST interface; `store` that of an artifact store, which is needed to upload inputs and
    programs alone; `web` that of the node's page, whose stream of events `watch` reads where it is given.
    """

    def __init__(self, rest: str, *, store: str = "", web: str = "", timeout: float = 15):
        self.rest, self.store, self.web, self.timeout = rest.rstrip("/"), store.rstrip("/"), web.rstrip("/"), timeout
        info = self.query("/cosmos/base/tendermint/v1beta1/node_info")
        #: Id of the chain.
        self.chain_id: str = info["default_node_info"]["network"]
        self._lock = threading.Lock()
        self._last_timeout = 0

    @classmethod
    def devnet(cls, path: str | Path | None = None) -> Client:
        """The devnet of this machine: `path`, $CREDENCE_DEVNET, or ~/.credence/devnet/devnet.json describes it."""
        info = devnet_info(path)
        return cls(info["rest"], store=info["store"], web=info.get("web", ""))

    # Asking.

    def query(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Asks the node's REST interface: GET, or POST with a body. Raises NodeError; a 404 has that status."""
        data = None if body is None else json.dumps(body).encode()
        return json.loads(self._http(self.rest + path, data, {"Content-Type": "application/json"} if data else {}))

    def quote(self, requester: str, job: Job) -> Quote:
        """What a job would cost one task, its inputs uploaded or not."""
        deal = self.query("/credence/market/v1/preview", {"requester": requester, "job": self._job(job, job.max_price)})["deal"]
        quoted = self.query("/credence/tasks/v1/quote", {"deal": deal})
        return Quote(int(quoted["expected_price"]), int(quoted["max_price"]), quoted["plan"]["text"])

    def request(self, request: str) -> dict[str, Any]:
        """A request as the chain has it."""
        return self.query(f"/credence/market/v1/requests/{_id(request)}")["request"]

    def task(self, task: str) -> dict[str, Any]:
        """A task as the chain has it."""
        return self.query(f"/credence/tasks/v1/tasks/{_id(task)}")["task"]

    def tasks(self, request: str) -> Iterator[dict[str, Any]]:
        """The tasks of a request that have been opened, deal by deal."""
        for deal in self._pages("/credence/deals/v1/deals", "deals", {"request": _id(request)}):
            yield from self._pages(f"/credence/tasks/v1/deals/{deal['id']}/tasks", "tasks", {})

    def _pages(self, path: str, name: str, query: dict[str, str]) -> Iterator[dict[str, Any]]:
        key = ""
        while True:
            page = {**query, **({"pagination.key": key} if key else {})}
            answer = self.query(path + "?" + urllib.parse.urlencode(page))
            yield from answer[name]
            key = (answer.get("pagination") or {}).get("next_key") or ""
            if not key:
                return

    # Telling.

    def upload(self, content: bytes) -> str:
        """Puts bytes into the store and returns their digest."""
        if not self.store:
            raise CredenceError("upload: no store was named: give the client one")
        digest = "sha256:" + hashlib.sha256(content).hexdigest()
        self._http(f"{self.store}/v2/credence/blobs/uploads/?digest={digest}", content, {"Content-Type": "application/octet-stream"})
        return digest

    def publish(self, key: Key, name: str, version: str, module: bytes, description: str, price: int = 0) -> str:
        """Uploads a WebAssembly module and publishes it; returns its reference. The key is a provider's."""
        digest = self.upload(module)
        reference, known = self._published(key, "versions", name, version, digest)
        if known:
            return reference
        message = {
            "owner": key.address, "name": name, "version": version, "description": description, "digest": digest, "size": len(module), "runtime": "wasm",
            "locators": [self.store], "price": price}
        self.send(key, [("/credence.apps.v1.MsgPublish", messages.encode("MsgPublish", message))], _GAS_PUBLISH)
        return reference

    def publish_dataset(self, key: Key, name: str, version: str, content: bytes, description: str, price: int = 0, media_type: str = "") -> str:
        """Uploads a file and publishes it as a version of a dataset; returns its reference. The key is a provider's. Programs find exactly these
        bytes in /in/datasets/ORGANISATION/NAME. Publishing the same bytes again changes nothing.
        """
        digest = self.upload(content)
        reference, known = self._published(key, "dataset_versions", name, version, digest)
        if known:
            return reference
        message = {
            "owner": key.address, "name": name, "version": version, "description": description, "digest": digest, "size": len(content),
            "locators": [self.store], "price": price, "media_type": media_type}
        self.send(key, [("/credence.apps.v1.MsgPublishDataset", messages.encode("MsgPublishDataset", message))], _GAS_PUBLISH)
        return reference

    def _published(self, key: Key, kind: str, name: str, version: str, digest: str) -> tuple[str, bool]:
        """The reference of a version of the key's organisation, and whether it is published, which has to be with the same bytes."""
        organisation = self.query(f"/credence/orgs/v1/organisation_of/{key.address}")["organisation"]["id"]
        reference = f"{organisation}/{name}:{version}"
        try:
            known = self.query(f"/credence/apps/v1/{kind}/{urllib.parse.quote(reference)}")["version"]
        except NodeError as trouble:
            if trouble.status != 404:
                raise
            return reference, False
        if known["digest"] != digest:
            raise CredenceError(f"{reference} is published with other bytes, {known['digest']}: publish a new version")
        return reference, True

    def submit(self, key: Key, job: Job, nonce: int | None = None) -> Submitted:
        """Uploads the inputs, asks for the job, and returns once a block has the request.

        The request's id follows from the nonce, which can be used once: giving the same again after a failure is safe, and never
        pays twice.
        """
        nonce = secrets.randbits(63) if nonce is None else nonce
        request = wire.request_id(self.chain_id, key.address, nonce)
        taken = self._known(request)
        if taken:
            return Submitted(request, "", int(taken["height"]))
        message, gas = self._prepare(key, job, nonce)
        sent = self.send(key, [("/credence.market.v1.MsgSubmitTask", message)], gas)
        return Submitted(request, sent["txhash"], int(sent["height"]))

    def _known(self, request: str) -> dict[str, Any] | None:
        try:
            return self.request(request)
        except NodeError as trouble:
            if trouble.status != 404:
                raise
            return None

    def _prepare(self, key: Key, job: Job, nonce: int) -> tuple[bytes, int]:
        """Uploads the inputs of a job and prices it; returns the message that submits it, and its gas."""
        for content in job.inputs.values():
            self.upload(content)
        waits = bool(job.after or job.answers or job.when)
        rest = job.rest or (_WAIT if waits else 0)
        message = {
            "requester": key.address, "nonce": nonce, "expiry": self.height_after(rest) if rest else 0,
            "job": self._job(job, job.max_price or self.quote(key.address, job).max_price)}
        return messages.encode("MsgSubmitTask", message), _GAS_SUBMIT + _GAS_PLACE * (2 if waits else 1)

    def send(self, key: Key, messages: list[tuple[str, bytes]], gas: int) -> dict[str, Any]:
        """Signs and sends a transaction, and returns its outcome once a block has it. Raises Refused."""
        account = self.query(f"/cosmos/auth/v1beta1/account_info/{key.address}")["info"]["account_number"]
        price = self.query("/cosmos/base/node/v1beta1/config")["minimum_gas_price"]
        fee = _fee(price, gas)
        raw = wire.transaction(messages, key, self.chain_id, int(account), gas, fee, self._next_timeout())
        body = {"mode": "BROADCAST_MODE_SYNC", "tx_bytes": base64.b64encode(raw).decode()}
        taken = self.query("/cosmos/tx/v1beta1/txs", body)["tx_response"]
        if taken["code"] != 0:
            raise Refused(taken["code"], taken["codespace"], taken["raw_log"])
        deadline = time.monotonic() + _TIMEOUT + 30
        while True:
            try:
                outcome = self.query(f"/cosmos/tx/v1beta1/txs/{taken['txhash']}")["tx_response"]
            except NodeError as trouble:
                if trouble.status != 404 or time.monotonic() > deadline:
                    raise
                time.sleep(0.3)
                continue
            if outcome["code"] != 0:
                raise Refused(outcome["code"], outcome["codespace"], outcome["raw_log"])
            return outcome

    def _next_timeout(self) -> int:
        # Two unordered transactions of one key with one timeout are taken for the same.
        with self._lock:
            self._last_timeout = max(time.time_ns() + _TIMEOUT * 10**9, self._last_timeout + 1)
            return self._last_timeout

    def _job(self, job: Job, max_price: int) -> dict[str, Any]:
        if (job.inputs or job.answers) and not self.store:
            raise CredenceError("inputs: no store was named that serves them: give the client one")
        inputs: list[dict[str, Any]] = [
            {"name": name, "digest": "sha256:" + hashlib.sha256(content).hexdigest(), "size": str(len(content)), "locators": [self.store]}
            for name, content in job.inputs.items()
        ]
        inputs += [{"name": name, "size": str(_ANSWER), "locators": [self.store], "tree": True, "of": request} for name, request in job.answers.items()]
        asked: dict[str, Any] = {
            "app": job.app, "args": job.args, "inputs": inputs, "trust": str(job.trust), "fuel_limit": str(job.fuel_limit), "size": str(job.size),
            "max_price": str(max_price), "pool": job.pool, "datasets": job.datasets, "policy": job.policy or "credence", "category": job.category,
            "min_replicas": job.min_replicas, "callback": job.callback, "onchain": job.onchain, "voucher": job.voucher, "after": job.after,
            "when": [{"request": request, "exit": sorted(set(exits))} for request, exits in job.when.items()],
        }
        if job.ok_exit:
            asked["execution"] = {"ok_exit": job.ok_exit}
        # What the app takes is what is signed: the node is asked about the same job.
        asked = messages.normal_job({**asked, **job.more})
        messages.encode("Job", asked)
        return {name: value for name, value in asked.items() if value is not None}

    # Following.

    def watch(self, request: str, timeout: float = 600) -> Iterator[dict[str, Any]]:
        """Yields each task of a request as it ends, and returns when all have.

        With `web` it waits for the node's stream of events, and otherwise asks now and then. What it yields is read from the state
        in both cases. Raises NoAnswer when the request meets no offer, and NodeError after `timeout` seconds.
        """
        told: set[str] = set()
        deadline = time.monotonic() + timeout
        for _ in self._moments(request, deadline):
            r = self.request(request)
            if r["status"] in ("REQUEST_STATUS_UNMATCHED", "REQUEST_STATUS_EXPIRED", "REQUEST_STATUS_SKIPPED") and int(r["filled"]) == 0:
                raise NoAnswer(r.get("reason") or "it met no offer", r["status"])
            # Deals are read before their tasks: one that has ended then has no task to come.
            deals = list(self._pages("/credence/deals/v1/deals", "deals", {"request": request}))
            for task in self.tasks(request):
                if task["ending"] != "ENDING_UNSPECIFIED" and task["id"] not in told:
                    told.add(task["id"])
                    yield task
            waits = r["status"] in ("REQUEST_STATUS_QUEUED", "REQUEST_STATUS_RESTING", "REQUEST_STATUS_SIGNED", "REQUEST_STATUS_WAITING")
            if not waits and all(int(d["ended"]) >= int(d["size"]) for d in deals):
                return
        raise NodeError(f"request {request} has not ended within {timeout:.0f} s; it runs on: watch it again")

    def _moments(self, request: str, deadline: float) -> Iterator[None]:
        """Yields at once, and then whenever something may have changed, until the deadline."""
        yield
        while time.monotonic() < deadline:
            if self.web:
                try:
                    yield from self._events(request, deadline)
                except (NodeError, OSError, http.client.HTTPException):
                    pass  # the stream broke, or is not offered: ask meanwhile, and try it again
            time.sleep(1)
            yield

    def _events(self, request: str, deadline: float) -> Iterator[None]:
        with self._open(f"{self.web}/api/events?request={request}", None, {"Accept": "text/event-stream"}) as stream:
            blocks = 0
            for line in stream:
                if time.monotonic() > deadline:
                    return
                if line == b"event: event\n":
                    yield
                elif line == b"event: block\n":
                    # Tasks that are refunded unopened make no event of their own.
                    blocks += 1
                    if blocks % 20 == 0:
                        yield

    # Fetching.

    def fetch(self, task: str, sources: list[str] | None = None) -> Result:
        """Fetches the accepted result of a task from the workers that agreed, or from other stores, each byte verified.

        Raises NoAnswer when there is none, and DigestMismatch or NodeError when no source serves the right bytes.
        """
        answer = self.query(f"/credence/tasks/v1/tasks/{_id(task)}/result")
        if answer["ending"] != "ENDING_ACCEPTED" or not answer.get("outcome"):
            raise NoAnswer("the task ended without an accepted answer", answer["ending"])
        digest = answer["outcome"]["digest"]
        if not digest:
            raise NoAnswer("the accepted answer has no result", answer["outcome"]["kind"])
        bases = list(sources or []) + self._endpoints(answer["holders"])
        manifest = Manifest.parse(self._blob(bases, digest))
        result = Result(answer["task"], digest, manifest, final=answer["final"], final_height=int(answer["final_height"]))
        for f in manifest.files:
            result.files[f.path] = self._blob(bases, "sha256:" + f.sha256)
        return result

    def onchain(self, task: str) -> bytes | None:
        """What lives on chain of a task's accepted answer, or None. The node is believed: it proves nothing."""
        found = self.query(f"/credence/tasks/v1/tasks/{_id(task)}/result").get("onchain")
        return base64.b64decode(found["data"]) if found else None

    def feed(self, owner: str, name: str) -> dict[str, Any]:
        """A feed as REST has it, with its latest value, whose `data` is in base64, and `age_seconds`."""
        path = "/".join(urllib.parse.quote(part, safe="") for part in (owner, "feeds", name))
        return self.query(f"/credence/feeds/v1/owners/{path}")

    def _endpoints(self, holders: list[str]) -> list[str]:
        out = []
        for holder in holders:
            try:
                endpoint = self.query(f"/credence/workers/v1/workers/{holder}")["worker"]["endpoint"]
            except NodeError:
                continue  # a seat of the court has none
            if endpoint:
                out.append(endpoint.rstrip("/"))
        return out

    def _blob(self, bases: list[str], digest: str) -> bytes:
        trouble: CredenceError = NodeError(f"{digest}: no worker or store is known that has it")
        for base in bases:
            try:
                return check(self._http(f"{base}/v2/credence/blobs/{digest}", None, {}), digest)
            except (NodeError, DigestMismatch) as failed:
                trouble = failed
        raise trouble

    # HTTP.

    def _http(self, url: str, body: bytes | None, headers: dict[str, str]) -> bytes:
        with self._open(url, body, headers) as answer:
            raw = answer.read(_MAX_BYTES + 1)
        if len(raw) > _MAX_BYTES:
            raise NodeError(f"{url}: more than {_MAX_BYTES} bytes")
        return raw

    def _open(self, url: str, body: bytes | None, headers: dict[str, str]) -> Any:
        if not url.startswith(("http://", "https://")):
            raise NodeError(f"{url[:80]}: expected an address that begins with http:// or https://")
        try:
            return urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=self.timeout)
        except urllib.error.HTTPError as refused:
            text, info = _refusal(refused.read(1 << 16).decode("utf-8", "replace"))
            raise NodeError(f"{url}: {refused.code}: {text}", refused.code, info) from None
        except (OSError, http.client.HTTPException) as trouble:
            raise NodeError(f"{url}: {trouble}") from None


def devnet_info(path: str | Path | None = None) -> dict[str, Any]:
    """What describes the devnet of this machine."""
    path = path or os.environ.get("CREDENCE_DEVNET") or Path.home() / ".credence" / "devnet" / "devnet.json"
    return json.loads(Path(path).read_text())


def devnet_key(name: str, path: str | Path | None = None) -> Key:
    """The key of an account of the devnet: "requester" or "provider"."""
    for account in devnet_info(path)["accounts"]:
        if account["name"] == name:
            return Key.load(account["key_file"])
    raise CredenceError(f"the devnet has no account {name!r}")


def _refusal(body: str) -> tuple[str, dict[str, Any]]:
    """What an answer that is an error says: its words, and the google.rpc.ErrorInfo among its details."""
    try:
        answer = json.loads(body)
        found = [d for d in answer.get("details") or [] if d.get("@type", "").endswith("/google.rpc.ErrorInfo")]
        return answer["message"], found[0] if found else {}
    except (ValueError, KeyError, TypeError, AttributeError):
        return body[:2000], {}


def _fee(price: str, gas: int) -> int:
    """The fee in ucred for gas at a price such as "0.001000000000000000ucred"."""
    for coin in (price or "0ucred").split(","):
        if coin.endswith("ucred"):
            whole, _, part = coin.removesuffix("ucred").partition(".")
            per = int(whole + part)
            return -(-per * gas // 10 ** len(part))
    raise NodeError(f"the node asks for a price of gas of {price}: expected one in ucred")


def _id(text: str) -> str:
    if len(text) != 64 or text.strip("0123456789abcdef"):
        raise ValueError(f"id: got {text[:80]!r}, expected 64 lower-case hexadecimal digits")
    return text
