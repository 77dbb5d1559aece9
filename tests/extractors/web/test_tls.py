import asyncio
import ipaddress
import ssl
import threading
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from extractors.clock import standing_clock
from extractors.errors import TransientFetchError
from extractors.web import wire
from extractors.web.client import PAGE_LIMITS, Asking, Client
from extractors.web.guard import Guard


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A site over TLS with a certificate for `tls.example`, trusted here: its port, the names asked."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "tls.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("tls.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    file.write_bytes(
        pem
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    wire._tls().load_verify_locations(cadata=pem.decode())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    names = []
    context.sni_callback = lambda line, asked, _: names.append(asked)
    ready, ports = threading.Event(), []

    async def answer(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        host = head.lower().partition(b"host: ")[2].partition(b"\r\n")[0]
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(host), host))
        await writer.drain()
        writer.close()

    async def serve():
        server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
        ports.append(server.sockets[0].getsockname()[1])
        ready.set()
        await server.serve_forever()

    threading.Thread(target=lambda: asyncio.run(serve()), daemon=True).start()
    ready.wait(5)
    return ports[0], names


@pytest.fixture
def get(manners, noon):
    """Fetch an address, every name of which is at 127.0.0.1."""

    async def resolver(host, port):
        return (ipaddress.ip_address("127.0.0.1"),)

    async def once(url):
        guard = Guard(manners, resolver)
        async with Client(manners, standing_clock(noon), guard=guard) as client:
            return await client.get(url, PAGE_LIMITS, Asking(purpose="page"))

    return lambda url: asyncio.run(once(url))


def test_name_and_certificate_stay_those_of_the_host_though_the_address_is_pinned(shop, get):
    port, names = shop

    assert get(f"https://tls.example:{port}/").body == f"tls.example:{port}".encode()
    assert names[-1] == "tls.example"


def test_a_certificate_of_another_name_is_refused(shop, get):
    with pytest.raises(TransientFetchError, match="tls") as raised:
        get(f"https://other.example:{shop[0]}/")

    assert "other.example" in raised.value.evidence


def test_a_server_that_speaks_no_tls_is_told(site, get):
    with pytest.raises(TransientFetchError, match="tls"):
        get(f"https://tls.example:{site.port}/")
