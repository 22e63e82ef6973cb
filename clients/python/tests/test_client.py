"""What needs no chain. Run: PYTHONPATH=clients/python python3 -m unittest discover clients/python/tests"""

import asyncio
import base64
import hashlib
import json
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from credence import AsyncClient, Client, CredenceError, DigestMismatch, Job, Key, Manifest, NoAnswer, Node, NodeError
from credence import messages, wire
from credence.client import _fee
from credence.key import encode_address
from credence.result import check

MANIFEST = b"credence/result/v1\noutcome RESULT\nreason -\nexit 0\nentries 2\nd - - empty\nf 2 " + hashlib.sha256(b"hi").hexdigest().encode() + b" a b\\x5cc.txt\n"


class Keys(unittest.TestCase):
    def test_the_first_key_of_all(self):
        key = Key(b"\0" * 31 + b"\1")
        self.assertEqual(key.public.hex(), "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")
        # The payment hash of this key is BIP 173's example.
        self.assertEqual(key.address, encode_address(bytes.fromhex("751e76e8199196d454941c45d1b3a323f1433bd6")))

    def test_bech32_of_a_known_address(self):
        # An account of docs/integrator.md, whose bytes follow from its letters.
        self.assertEqual(encode_address(bytes(20)), "cred1" + "q" * 32 + encode_address(bytes(20))[-6:])
        self.assertEqual(encode_address(bytes.fromhex("751e76e8199196d454941c45d1b3a323f1433bd6"), "cosmos")[:39], "cosmos1w508d6qejxtdg4y5r3zarvary0c5xw7k")

    def test_signatures_are_low(self):
        key = Key(hashlib.sha256(b"seed").digest())
        for i in range(20):
            s = int.from_bytes(key.sign(b"%d" % i)[32:], "big")
            self.assertLessEqual(s, 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141 // 2)


class Wire(unittest.TestCase):
    def test_varints(self):
        self.assertEqual(wire.number(1, 300), bytes([8, 0xAC, 2]))
        self.assertEqual(wire.number(1, 0), b"")
        with self.assertRaises(ValueError):
            wire.number(1, 1 << 64)

    def test_no_field_is_dropped_in_silence(self):
        with self.assertRaisesRegex(ValueError, "vaucher"):
            messages.encode("Job", {"app": "a/b:1", "vaucher": "x"})
        with self.assertRaisesRegex(ValueError, r"pool.apps: .*audiense"):
            messages.encode("Order", {"pool": {"apps": {"audiense": {}}}})
        with self.assertRaisesRegex(ValueError, "args: got 'x', expected a list"):
            messages.encode("Job", {"args": "x"})

    def test_a_job_of_a_feed(self):
        # The TypeScript client writes the same bytes: its test has the same vector.
        self.assertEqual(messages.encode("Job", {"app": "a/b:1", "callback": "feeds/x", "onchain": "v"}).hex(), "0a05612f623a318a01009201021200ca010766656564732f78c2020176")

    def test_a_job(self):
        # The TypeScript client writes the same bytes: its test has the same vector.
        job = {
            "app": "a/b:1", "args": ["x", ""], "inputs": [{"name": "t", "digest": "sha256:00", "size": "2", "locators": ["http://s"]}], "trust": "100",
            "policy": "credence", "min_replicas": 2, "max_price": "300", "fuel_limit": "1000", "size": "1", "pool": "p", "datasets": ["d/e:1"], "category": "xs"}
        self.assertEqual(messages.encode("Job", job).hex(), "0a05612f623a3112017812001a1a0a0174120973686132" "35363a303018022208687474703a2f2f73" "20642a0863726564656e6365300238ac0248e80750015a01706a05642f653a317a0278738a01009201021200")

    def test_a_publication(self):
        # The TypeScript client writes the same bytes: its test has the same vector.
        message = messages.encode("MsgPublish", {
            "owner": "cred1x", "name": "count", "version": "1.0", "description": "Counts", "digest": "sha256:00", "size": 300, "runtime": "wasm",
            "locators": ["http://s"], "price": 7})
        self.assertEqual(message.hex(), "0a066372656431781205636f756e741a03312e302206436f756e74732a097368613235363a303030ac023a047761736d4208687474703a2f2f734807")

    def test_orders(self):
        # Go writes the vectors: an order of each kind with a value in every field, in another form than the one that is signed.
        for vector in json.loads((Path(__file__).parents[2] / "vectors" / "orders.json").read_text()):
            order = messages.normal_order(vector["order"])
            self.assertEqual(messages.sign_bytes(order, vector["chain"]).hex(), vector["sign_bytes"])
            self.assertEqual(wire.order_id(vector["chain"], messages.kind_of(order), order["owner"], int(order["nonce"])), vector["id"])
            self.assertEqual(messages.normal_order(order), order)

    def test_an_order_has_one_kind(self):
        for order in ({}, {"app": {}, "pool": {}}):
            with self.assertRaisesRegex(ValueError, "exactly one of app, dataset, pool and request"):
                messages.kind_of(order)

    def test_the_price_of_gas(self):
        self.assertEqual(_fee("0.001000000000000000ucred", 3_000_000), 3000)
        self.assertEqual(_fee("0.0015ucred", 1), 1)
        self.assertEqual(_fee("", 5), 0)


class Manifests(unittest.TestCase):
    def test_reads(self):
        m = Manifest.parse(MANIFEST)
        self.assertEqual((m.kind, m.exit_code, m.reason, m.folders), ("RESULT", 0, "", ("empty",)))
        self.assertEqual(m.files[0].path, "a b\\c.txt")

    def test_refuses_ways_out(self):
        for path in ("../x", "/x", "a/../b", "a//b", "./a", "a\\x00b"):
            with self.assertRaises(CredenceError, msg=path):
                Manifest.parse(MANIFEST.replace(b"a b\\x5cc.txt", path.encode()))

    def test_refuses_what_is_cut(self):
        for n in range(len(MANIFEST)):
            with self.assertRaises((CredenceError, ValueError), msg=n):
                Manifest.parse(MANIFEST[:n])


class FakeNode(BaseHTTPRequestHandler):
    answers: dict[str, object] = {}
    asked_for: list[str] = []
    #: What is answered with the status 400.
    refusals: dict[str, object] = {}
    #: Is set once a path that ends in "/slow" was asked for, and what it waits for.
    asked, go = threading.Event(), threading.Event()

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def do_GET(self):
        FakeNode.asked_for.append(self.path)
        if self.path in self.refusals:
            raw = self.refusals[self.path]
            raw = raw if isinstance(raw, bytes) else json.dumps(raw).encode()
            self.send_response(400)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)
            return
        if self.path.endswith("/slow"):
            FakeNode.asked.set()
            FakeNode.go.wait(10)
        answer = self.answers.get(self.path.split("?")[0])
        raw = answer if isinstance(answer, bytes) else json.dumps(answer if answer is not None else {"message": "not found"}).encode()
        self.send_response(200 if answer is not None else 404)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_):
        pass


class Fetching(unittest.TestCase):
    def setUp(self):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), FakeNode)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        base = f"http://127.0.0.1:{self.server.server_port}"
        self.task, self.digest = "ab" * 32, "sha256:" + hashlib.sha256(MANIFEST).hexdigest()
        self.file = "/v2/credence/blobs/sha256:" + hashlib.sha256(b"hi").hexdigest()
        FakeNode.answers = {
            "/cosmos/base/tendermint/v1beta1/node_info": {"default_node_info": {"network": "fake-1"}},
            f"/credence/tasks/v1/tasks/{self.task}/result": {
                "task": self.task, "ending": "ENDING_ACCEPTED", "outcome": {"kind": "KIND_RESULT", "digest": self.digest}, "holders": ["cred1w", "cred1court"],
                "final": False, "final_height": "9"},
            "/credence/workers/v1/workers/cred1w": {"worker": {"endpoint": base}},
            "/v2/credence/blobs/" + self.digest: MANIFEST, self.file: b"hi",
        }
        FakeNode.refusals = {}
        FakeNode.asked.clear()
        FakeNode.go.clear()
        self.base, self.client = base, Client(base)

    def test_every_byte_is_compared(self):
        self.assertEqual(self.client.fetch(self.task).files, {"a b\\c.txt": b"hi"})
        FakeNode.answers[self.file] = b"ho"
        with self.assertRaises(DigestMismatch):
            self.client.fetch(self.task)
        FakeNode.answers[self.file] = b"hi"
        FakeNode.answers["/v2/credence/blobs/" + self.digest] = MANIFEST.replace(b"exit 0", b"exit 1")
        with self.assertRaises(DigestMismatch):
            self.client.fetch(self.task)

    def test_no_answer_says_so(self):
        FakeNode.answers[f"/credence/tasks/v1/tasks/{self.task}/result"]["ending"] = "ENDING_VOID"
        with self.assertRaises(NoAnswer) as caught:
            self.client.fetch(self.task)
        self.assertEqual(caught.exception.state, "ENDING_VOID")

    def test_inputs_need_a_store(self):
        with self.assertRaisesRegex(CredenceError, "store"):
            self.client.quote("cred1", Job("a/b:1", inputs={"x": b"y"}))

    def test_errors_have_reasons(self):
        info = {"reason": "TRUST", "domain": "market", "metadata": {"code": "17", "field": "trust"}}
        preview, job = "/credence/market/v1/preview", Job("a/b:1")
        FakeNode.refusals[preview] = {"code": 9, "message": "trust: got 1", "details": [
            {"@type": "type.googleapis.com/google.rpc.BadRequest"}, {"@type": "type.googleapis.com/google.rpc.ErrorInfo", **info}]}
        with self.assertRaisesRegex(NodeError, "trust: got 1") as caught:
            self.client.quote("cred1", job)
        refused = caught.exception
        self.assertEqual((refused.status, refused.reason, refused.domain, refused.metadata), (400, "TRUST", "market", info["metadata"]))
        for body in (b"<html>", b"[]", b'{"message": "x"}', b'{"message": "x", "details": [7]}', b'{"message": "x", "details": null}', b"\xff"):
            FakeNode.refusals[preview] = body
            with self.assertRaises(NodeError) as caught:
                self.client.quote("cred1", job)
            self.assertEqual((caught.exception.status, caught.exception.reason, caught.exception.metadata), (400, "", {}))

    def test_asyncio(self):
        FakeNode.answers[f"/credence/market/v1/requests/{self.task}"] = {"request": {"id": self.task}}
        FakeNode.answers["/slow"] = {"done": True}
        FakeNode.answers["/credence/deals/v1/deals"] = {"deals": [{"id": "d"}], "pagination": {}}
        FakeNode.answers["/credence/tasks/v1/deals/d/tasks"] = {"tasks": [{"id": "1"}, {"id": "2"}], "pagination": {}}

        async def run():
            client = await AsyncClient.connect(self.base)
            self.assertEqual(client.chain_id, "fake-1")
            slow = asyncio.create_task(client.query("/slow"))
            await asyncio.to_thread(FakeNode.asked.wait, 10)
            # Nothing waits for what is slow.
            request, result = await asyncio.gather(client.request(self.task), client.fetch(self.task))
            self.assertFalse(slow.done())
            FakeNode.go.set()
            self.assertEqual(await slow, {"done": True})
            self.assertEqual((request["id"], result.files), (self.task, {"a b\\c.txt": b"hi"}))
            self.assertEqual([t["id"] async for t in client.tasks(self.task)], ["1", "2"])
            FakeNode.answers[self.file] = b"ho"
            with self.assertRaises(DigestMismatch):
                await client.fetch(self.task)

        asyncio.run(run())

    def test_asyncio_has_what_the_client_has(self):
        mine = {name for of in Client.__mro__[:-1] for name in vars(of) if not name.startswith("_")}
        self.assertEqual(mine - {name for name in vars(AsyncClient)}, {"upload", "send"})

    def test_orders_are_signed_and_placed_once(self):
        key = Key(hashlib.sha256(b"seed").digest())
        signed = self.client.sign_order(key, {"nonce": 7, "app": {"app": "a/b:1", "price": 5, "tags": ["b", "a", "b"]}})
        self.assertEqual(signed["order"]["app"]["tags"], ["a", "b"])
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256K1(), base64.b64decode(signed["signature"]["public_key"]["key"]))
        raw = base64.b64decode(signed["signature"]["data"]["single"]["signature"])
        public.verify(encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")),
                      messages.sign_bytes(signed["order"], "fake-1"), ec.ECDSA(hashes.SHA256()))
        messages.encode("SignedOrder", signed)
        with self.assertRaisesRegex(CredenceError, "owner: got cred1x, expected the account of the key"):
            self.client.sign_order(key, {**signed["order"], "owner": "cred1x"})
        order_id = self.client.order_id(key.address, "app", 7)
        # The chain has it already: nothing is sent, and the node would answer nothing that a transaction needs.
        FakeNode.answers[f"/credence/market/v1/orders/{order_id}"] = {"order": {"id": order_id, "order": {**signed["order"], "pool": None}}}
        self.assertEqual(self.client.place_order(key, signed["order"]), order_id)
        with self.assertRaisesRegex(CredenceError, "another order under 7"):
            self.client.place_order(key, {"nonce": 7, "app": {"app": "a/b:1", "price": 6}})
        with self.assertRaisesRegex(ValueError, "kind: got 'task'"):
            self.client.cancel_order(key, "task", 7)

    def test_lists_go_on(self):
        FakeNode.answers["/credence/market/v1/orders"] = {"orders": [{"id": "1"}], "pagination": {}}
        FakeNode.answers["/credence/vouchers/v1/vouchers"] = {"vouchers": [{"id": "2"}], "pagination": {}}
        self.assertEqual([o["id"] for o in self.client.orders(owner="cred1x", status="ORDER_STATUS_RESTING")], ["1"])
        self.assertEqual(FakeNode.asked_for[-1], "/credence/market/v1/orders?owner=cred1x&status=1")
        with self.assertRaisesRegex(ValueError, "status: got 'RESTING'"):
            self.client.orders(owner="cred1x", status="RESTING")
        self.assertEqual([v["id"] for v in self.client.vouchers(holder="cred1x")], ["2"])

    def test_a_graph_is_priced_and_sent_in_order(self):
        key = Key(hashlib.sha256(b"seed").digest())
        client = self.client
        client.store = self.base
        FakeNode.answers |= {
            "/cosmos/base/tendermint/v1beta1/blocks/latest": {"block": {"header": {"height": "100"}}},
            "/credence/market/v1/params": {"params": {"block_millis": "1000"}},
        }
        sent: list[list[tuple[str, bytes]]] = []
        client.send = lambda _key, batch, gas: sent.append(batch) or {"txhash": "", "height": "1"}  # type: ignore[method-assign]
        fast = Job("a/b:1", max_price=5, rest=10)
        graph = {
            "merge": Node(Job("a/b:1", max_price=5), after=["split"], answers={"parts": "count"}, when={"check": [3, 0, 3]}),
            "split": Node(fast), "count": Node(fast, answers={"text": "split"}), "check": Node(Job("a/b:1", max_price=5, ok_exit=[3, 0])),
        }
        requests = client.submit_graph(key, graph, nonce=40)
        self.assertEqual(list(requests), ["split", "count", "check", "merge"])
        self.assertEqual(requests["merge"], wire.request_id("fake-1", key.address, 43))
        self.assertEqual([len(batch) for batch in sent], [4], "all of it in one transaction, which is taken or not")
        raw = [message for _, message in sent[0]]
        self.assertEqual(raw[3], messages.encode("MsgSubmitTask", {
            "requester": key.address, "nonce": 43, "expiry": 100 + 24 * 3600, "job": messages.normal_job({
                "app": "a/b:1", "trust": 1000, "fuel_limit": 10**10, "max_price": 5, "after": [requests["split"]],
                "inputs": [{"name": "parts", "size": 64 << 20, "locators": [self.base], "tree": True, "of": requests["count"]}],
                "when": [{"request": requests["check"], "exit": [0, 3]}]})}))
        self.assertIn(messages.encode("Job", {"onchain": "/exit"})[-7:], raw[2], "a node that another one asks for its exit status keeps it")
        # What the chain has already is not sent again.
        for name in ("split", "count", "check"):
            FakeNode.answers[f"/credence/market/v1/requests/{requests[name]}"] = {"request": {"height": "5"}}
        self.assertEqual(client.submit_graph(key, graph, nonce=40), requests)
        self.assertEqual(sent[1], [sent[0][3]])
        sent.clear()
        many = {f"n{i}": Node(fast) for i in range(9)}
        client.submit_graph(key, many, nonce=60)
        self.assertEqual([len(batch) for batch in sent], [6, 3], "a transaction has as much as a block takes of one")

    def test_graphs_that_never_end_are_refused(self):
        job = Job("a/b:1")
        with self.assertRaisesRegex(ValueError, "nodes wait for each other: a waits for b waits for a"):
            self.client.submit_graph(Key(b"\1" * 32), {"a": Node(job, after=["b"]), "b": Node(job, after=["a"])})
        with self.assertRaisesRegex(ValueError, "node a waits for c, and there is no such node"):
            self.client.submit_graph(Key(b"\1" * 32), {"a": Node(job, when={"c": [0]})})
        with self.assertRaisesRegex(CredenceError, "node a: its job keeps v on chain"):
            self.client.submit_graph(Key(b"\1" * 32), {"a": Node(Job("a/b:1", onchain="v")), "b": Node(job, when={"a": [0]})})

    def test_a_dataset_is_published_once(self):
        key = Key(hashlib.sha256(b"seed").digest())
        client = self.client
        client.store = self.base
        FakeNode.answers |= {
            f"/credence/orgs/v1/organisation_of/{key.address}": {"organisation": {"id": "acme"}}, "/v2/credence/blobs/uploads/": b"",
            "/credence/apps/v1/dataset_versions/acme/cities%3A1": {"version": {"digest": "sha256:" + hashlib.sha256(b"x").hexdigest()}},
        }
        self.assertEqual(client.publish_dataset(key, "cities", "1", b"x", "Cities"), "acme/cities:1")
        with self.assertRaisesRegex(CredenceError, "published with other bytes"):
            client.publish_dataset(key, "cities", "1", b"y", "Cities")

    def test_check(self):
        self.assertEqual(check(b"hi", "sha256:" + hashlib.sha256(b"hi").hexdigest()), b"hi")


if __name__ == "__main__":
    unittest.main()
