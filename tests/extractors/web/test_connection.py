"""What one connection takes and gives: answers in every form of HTTP/1.1, and an end that the server sees."""

import asyncio

import pytest

from extractors.clock import standing_clock
from extractors.errors import FetchError
from extractors.web.client import PAGE_LIMITS, Asking, Client

PAGE = Asking(purpose="page")


@pytest.fixture
def answers(manners, noon):
    """Answer with these very bytes, `times` times; return what came, what the server read, and its open connections.

    The connections are counted whenever a new one comes: those that it has not seen the end of.
    """

    def fetch(told, *, times=1, reads=True, closes=True):
        heads, unseen, most = [], set(), []

        async def serve(reader, writer):
            unseen.add(writer)
            most.append(len(unseen))
            if reads:
                heads.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(told)
            if not closes:
                await reader.read()
            unseen.discard(writer)
            writer.close()

        async def all_of_them():
            server = await asyncio.start_server(serve, "127.0.0.1", 0)
            url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/path?q=1#part"
            async with server, Client(manners, standing_clock(noon)) as client:
                came = [await client.get(f"{url}{one}", PAGE_LIMITS, PAGE) for one in range(times)]
                await asyncio.sleep(0.01)
                return came[-1], heads, most, len(unseen)

        return asyncio.run(asyncio.wait_for(all_of_them(), 10))

    return fetch


@pytest.mark.parametrize(
    "told",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\nbody",
        b"HTTP/1.1 200 OK\r\n\r\nbody",
        b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody",
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbodyHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nother",
    ],
)
def test_a_body_is_whole_however_it_is_framed(answers, told):
    assert answers(told)[0].body == b"body"


def test_path_and_query_are_sent_and_the_fragment_stays_here(answers):
    _, (head,), _, _ = answers(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    assert head.startswith(b"GET /path?q=1 HTTP/1.1\r\nHost: 127.0.0.1:")
    assert b"\r\nConnection: close\r\n" in head


def test_an_answer_that_comes_before_the_question_was_read_is_taken(answers):
    assert answers(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody", reads=False)[0].body == b"body"


def test_the_server_sees_each_connection_end_before_the_next_comes(answers):
    _, _, most, left = answers(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody", times=5, closes=False)

    assert most == [1, 1, 1, 1, 1]
    assert left == 0


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbody",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nbody",
    ],
)
def test_what_is_no_whole_answer_is_told(answers, told):
    with pytest.raises(FetchError, match="broken-answer"):
        answers(told)
