"""Runs a program on a devnet, watches it, and prints its verified result.

    credenced devnet                                  # in another terminal
    PYTHONPATH=clients/python python3 clients/python/examples/count.py count.wasm text.txt
"""

import sys
from pathlib import Path

from credence import Client, Job, NodeError
from credence.client import devnet_key


def main() -> None:
    module, text = Path(sys.argv[1]).read_bytes(), Path(sys.argv[2]).read_bytes()
    client = Client.devnet()
    app = client.publish(devnet_key("provider"), "from-python", "1.0", module, "Published by the Python client's example")
    job = Job(app, args=["/in/text.txt"], inputs={"text.txt": text}, trust=100)
    requester = devnet_key("requester")
    try:
        client.quote(requester.address, Job(app, trust=1))
    except NodeError as refused:  # decide by the reason and the field, never by the words
        print("refused", refused.domain, refused.reason, refused.metadata.get("field"), "expected", refused.metadata.get("expected"))
    print(client.quote(requester.address, job).text)
    submitted = client.submit(requester, job)
    print("request", submitted.request)
    for task in client.watch(submitted.request):
        print("task", task["id"], task["ending"])
        result = client.fetch(task["id"])
        print("verified", result.digest)
        for path, content in result.files.items():
            print(path + ":", content.decode(errors="replace"))


if __name__ == "__main__":
    main()
