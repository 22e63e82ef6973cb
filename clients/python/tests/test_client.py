"""What needs no chain. Run: PYTHONPATH=clients/python python3 -m unittest discover clients/python/tests"""

import asyncio
import hashlib
import json
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from credence import AsyncClient, Client, CredenceError, DigestMismatch, Job, Key, Manifest, NoAnswer, NodeError
from credence import wire
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
        with self.assertRaisesRegex(ValueError, "voucher"):
            wire.encode_job({"app": "a/b:1", "voucher": "x"})

    def test_a_job_of_a_feed(self):
        # The TypeScript client writes the same bytes: its test has the same vector.
        self.assertEqual(wire.encode_job({"app": "a/b:1", "callback": "feeds/x", "onchain": "v"}).hex(), "0a05612f623a31ca010766656564732f78c2020176")

    def test_a_job(self):
        # The TypeScript client writes the same bytes: its test has the same vector.
        job = {
            "app": "a/b:1", "args": ["x", ""], "inputs": [{"name": "t", "digest": "sha256:00", "size": "2", "locators": ["http://s"]}], "trust": "100",
            "policy": "credence", "min_replicas": 2, "max_price": "300", "fuel_limit": "1000", "size": "1", "pool": "p", "datasets": ["d/e:1"], "category": "xs"}
        self.assertEqual(wire.encode_job(job).hex(), "0a05612f623a3112017812001a1a0a0174120973686132" "35363a303018022208687474703a2f2f73" "20642a0863726564656e6365300238ac0248e80750015a01706a05642f653a317a027873")

    def test_a_publication(self):
        # The TypeScript client writes the same bytes: its test has the same vector.
        message = wire.publish("cred1x", "count", "1.0", "Counts", "sha256:00", 300, "wasm", ["http://s"], 7)
        self.assertEqual(message.hex(), "0a066372656431781205636f756e741a03312e302206436f756e74732a097368613235363a303030ac023a047761736d4208687474703a2f2f734807")

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
    #: What is answered with the status 400.
    refusals: dict[str, object] = {}
    #: Is set once a path that ends in "/slow" was asked for, and what it waits for.
    asked, go = threading.Event(), threading.Event()

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def do_GET(self):
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
        mine = {name for name in vars(Client) if not name.startswith("_")}
        self.assertEqual(mine - {name for name in vars(AsyncClient)}, {"upload", "send"})

    def test_check(self):
        self.assertEqual(check(b"hi", "sha256:" + hashlib.sha256(b"hi").hexdigest()), b"hi")


if __name__ == "__main__":
    unittest.main()
