"""The simulated web by itself: what its log says of readers that are gone."""

import socket
import threading
from datetime import UTC, datetime, timedelta

from tests.simulation.drawing import draw_web
from tests.simulation.served import SimulatedWeb

START = datetime(2026, 3, 2, 8, tzinfo=UTC)


def test_what_a_killed_reader_had_sent_is_noted_at_the_moment_of_its_sending():
    web = draw_web(5, 3, START, 2)
    with SimulatedWeb(web) as served:
        held, go_on = threading.Event(), threading.Event()
        served._loop.call_soon_threadsafe(lambda: (held.set(), go_on.wait(10)))
        held.wait(10)
        for outlet in web.outlets:
            with socket.create_connection(("127.0.0.1", served.port)) as reader:
                reader.sendall(f"GET {outlet.path} HTTP/1.1\r\nHost: {outlet.host}\r\n\r\n".encode())
        threading.Timer(0.1, go_on.set).start()
        served.settle()
        served.now = START + timedelta(minutes=5)

    assert [asked.at for asked in served.log] == [START] * 3
