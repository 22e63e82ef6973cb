"""Receipts: the vectors that all verifiers share, files and the command line."""

import contextlib
import gzip
import io
import json
import tempfile
import unittest
from pathlib import Path

from credence.receipt import Refusal, Trust, check_files, verify
from credence.receipt.__main__ import main

from vectors import SHARED, check

VECTORS = {v["name"]: v for v in json.loads(gzip.decompress(SHARED.read_bytes()))}
RIGHT = VECTORS["right, by a block"]


def run(*args: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main(list(args))
    return status, out.getvalue(), err.getvalue()


class Receipts(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def write(self, name: str) -> str:
        path = self.folder / "receipt.json"
        path.write_text(VECTORS[name]["file"])
        return str(path)

    def test_every_vector(self):
        self.assertGreater(len(VECTORS), 80)
        for name, vector in VECTORS.items():
            with self.subTest(name):
                check(vector)

    def test_trust(self):
        self.assertEqual(Trust.parse("7:" + "0a" * 32), Trust(7, b"\n" * 32))
        for text in ("", "0:" + "00" * 32, "00" * 31, "00" * 33, "١:" + "00" * 32):
            with self.assertRaisesRegex(ValueError, "expected the hash"):
                Trust.parse(text)

    def test_files(self):
        statement = verify(RIGHT["file"], RIGHT["trust"])
        root = self.folder / "result"
        (root / "sub").mkdir(parents=True)
        (root / "empty").mkdir()
        (root / "out.txt").write_text("forty-two\n")
        (root / "sub/run.sh").write_text("#!/bin/sh\n")
        (root / "sub/run.sh").chmod(0o755)
        check_files(statement, root)
        status, out, _ = run(self.write(RIGHT["name"]), "--trust", RIGHT["trust"], "--files", str(root))
        self.assertEqual(status, 0)
        self.assertIn("nothing else is there", out)
        for what, edit, undo in (
            ("executable", lambda: (root / "out.txt").chmod(0o755), lambda: (root / "out.txt").chmod(0o644)),
            ("no part", lambda: (root / "more").write_text(""), lambda: (root / "more").unlink()),
            ("no part", lambda: (root / "more").mkdir(), lambda: (root / "more").rmdir()),
            ("other bytes", lambda: (root / "out.txt").write_text("forty-six\n"), lambda: (root / "out.txt").write_text("forty-two\n")),
            ("bytes, and 10", lambda: (root / "out.txt").write_text("forty\n"), lambda: (root / "out.txt").write_text("forty-two\n")),
            ("missing", lambda: (root / "empty").rmdir(), lambda: (root / "empty").mkdir()),
            ("kind", lambda: ((root / "empty").rmdir(), (root / "empty").symlink_to("sub")), lambda: ((root / "empty").unlink(), (root / "empty").mkdir())),
        ):
            edit()
            with self.assertRaisesRegex(Refusal, what) as caught:
                check_files(statement, root)
            self.assertEqual(caught.exception.reason, "files")
            undo()
        check_files(statement, root)

    def test_command(self):
        status, out, err = run(self.write("right, by the newest set"), "--trust", VECTORS["right, by the newest set"]["trust"], "--output", "json")
        self.assertEqual((status, err), (0, ""))
        self.assertEqual(json.loads(out)["statement"]["task"], RIGHT["states"]["task"])
        status, out, err = run(self.write("two thirds"), "--trust", VECTORS["two thirds"]["trust"])
        self.assertEqual((status, out), (15, ""))
        self.assertIn("not proven (power)", err)
        status, out, err = run(str(self.folder / "none"), "--trust", RIGHT["trust"])
        self.assertEqual((status, out), (1, ""))

    def test_a_proof_is_never_called_checked(self):
        for name in ("proven", "proven, a bit"):
            for output in ("text", "json"):
                status, out, err = run(self.write(name), "--trust", VECTORS[name]["trust"], "--output", output)
                self.assertEqual(status, 1, name)
                self.assertIn("NOT CHECKED: the proof", err)
                self.assertNotIn("Proven", out)
                self.assertNotIn('"proven": true', out)

    def test_a_feed(self):
        v = VECTORS["feed of an organisation"]
        status, out, _ = run(self.write(v["name"]), "--trust", v["trust"])
        self.assertEqual(status, 0)
        self.assertIn("acme/euro", out)
        status, _, err = run(self.write(v["name"]), "--trust", v["trust"], "--digest", "sha256:" + "00" * 32)
        self.assertEqual(status, 15)
        self.assertIn("of a feed", err)


if __name__ == "__main__":
    unittest.main()
