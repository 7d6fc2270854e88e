"""What the phone's benchmark counts with: a wire that counts, and Lighthouse's marks."""

import socket

from bench.lighthouse_runs import marks
from bench.relay import Relay


def test_the_counting_wire_passes_everything_on_and_counts_what_came_down() -> None:
    server = socket.create_server(("127.0.0.1", 0))
    relay = Relay(port=server.getsockname()[1])
    host, port = relay.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as phone:
        phone.sendall(b"question")
        answering, _ = server.accept()
        assert answering.recv(100) == b"question"
        answering.sendall(b"x" * 1000)
        answering.close()
        assert len(b"".join(iter(lambda: phone.recv(100), b""))) == 1000
    relay.close()
    server.close()
    assert relay.down == 1000


def test_lighthouses_performance_decides_nothing_and_the_rest_must_be_perfect() -> None:
    scores = {"performance": 0.5, "accessibility": 0.99}
    performance, accessibility = marks(scores)
    assert not performance.decides
    assert accessibility.decides
    assert not accessibility.is_reached
