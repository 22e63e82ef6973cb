"""Orders, vouchers, datasets and a graph of jobs, on a devnet.

    credenced devnet                                  # in another terminal
    PYTHONPATH=clients/python python3 clients/python/examples/market.py app.wasm data.txt
"""

import sys
from pathlib import Path

from credence import Client, Job, Node, NoAnswer
from credence.client import devnet_key


def main() -> None:
    module, data = Path(sys.argv[1]).read_bytes(), Path(sys.argv[2]).read_bytes()
    client, provider, requester = Client.devnet(), devnet_key("provider"), devnet_key("requester")
    app = client.publish(provider, "market-python", "1.0", module, "Published by the Python client's example", 10_000)
    dataset = client.publish_dataset(provider, "data-python", "1.0", data, "Published by the Python client's example", media_type="text/plain")
    print("published", app, dataset, client.publish_dataset(provider, "data-python", "1.0", data, "again, which changes nothing"))

    # A voucher pays for a task.
    voucher = client.issue_voucher(requester, requester.address, 5_000_000, 3600, description="Credit of the example")
    before = int(client.voucher(voucher)["balance"])
    paid = client.submit(requester, Job(app, datasets=[dataset], trust=100, voucher=voucher))
    print("by voucher", [task["ending"] for task in client.watch(paid.request)], [v["id"] == voucher for v in client.vouchers(holder=requester.address)])
    print("the voucher paid", int(client.voucher(voucher)["balance"]) < before)

    # An order on the book, and taken back.
    terms = {"nonce": 1, "app": {"app": app, "price": 5_000}}
    placed = client.place_order(provider, terms)
    print("placed", [order["id"] for order in client.orders(app=app, status="ORDER_STATUS_RESTING")] == [placed], client.place_order(provider, terms) == placed)
    client.cancel_order(provider, "app", 1)
    print("cancelled", client.order(placed)["status"])

    # Two orders that were signed off the chain, and a pool's from the book: whoever has them makes the deal.
    price = client.quote(requester.address, Job(app, trust=100)).max_price
    offer = client.sign_order(provider, {"app": {"app": app, "price": 4_000}})
    wish = client.sign_order(requester, {"request": {"app": app, "trust": 100, "max_price": price, "fuel_limit": 10**10}})
    client.match_orders(provider, app=offer, pool=next(client.book())["id"], request=wish)
    request = client.order_id(requester.address, "request", wish["order"]["nonce"])
    print("matched", [task["ending"] for task in client.watch(request)])

    # A graph: the chain releases each node, and skips the one whose condition does not hold.
    job = Job(app, trust=100, ok_exit=[0, 3])
    requests = client.submit_graph(requester, {
        "first": Node(job), "second": Node(job, answers={"first": "first"}, when={"first": [0]}), "never": Node(job, when={"first": [3]}), "last": Node(job, after=["second"])})
    for name in ("first", "second", "last"):
        for task in client.watch(requests[name]):
            print("node", name, task["ending"], client.fetch(task["id"]).digest)
    try:
        list(client.watch(requests["never"]))
    except NoAnswer as skipped:
        print("node never", skipped.state)


if __name__ == "__main__":
    main()
