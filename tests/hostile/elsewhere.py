"""Redirects that lead astray: in circles, into nonsense, and into the operator's own network."""

from tests.hostile.kinds import Kind, kind
from tests.hostile.server import TRAP, Exchange, redirect

#: Addresses inside the operator's network, in all the ways that they can be written; each stands for TRAP or its like.
INSIDE = {
    "to-loopback": f"http://{TRAP}/",
    "to-loopback-port": f"http://{TRAP}:PORT/",
    "to-loopback-6": "http://[::1]:PORT/",
    "to-link-local": "http://169.254.169.254/latest/meta-data/",
    "to-link-local-6": "http://[fe80::1]/",
    "to-private": "http://10.0.0.1/",
    "to-carrier": "http://100.64.0.1/",
    "to-unique-local": "http://[fd00::1]/",
    "to-this-network": "http://0.0.0.0/",
    "to-any-6": "http://[::]/",
    "to-broadcast": "http://255.255.255.255/",
    "to-multicast": "http://224.0.0.1/",
    "to-mapped": "http://[::ffff:127.0.0.2]/",
    "to-mapped-hex": "http://[::ffff:7f00:2]/",
    "to-compatible": "http://[::127.0.0.2]/",
    "to-nat64": "http://[64:ff9b::7f00:2]/",
    "to-6to4": "http://[2002:7f00:2::]/",
    "to-decimal": "http://2130706434/",
    "to-hex": "http://0x7f000002/",
    "to-octal": "http://0177.0.0.2/",
    "to-short": "http://127.2/",
    "to-dotted": f"http://{TRAP}./",
    "to-other-digits": "http://１２７.０.０.２/",
    "to-other-dots": "http://127。0。0。2/",
    "to-inside-name": "http://inside.example/",
    "to-half-inside-name": "http://half-inside.example/",
}
#: Places that are no place.
NONSENSE = {
    "to-bracket": "http://[",
    "to-no-host": "http:///x",
    "to-script": "javascript:alert(1)",
    "to-file": "file:///etc/passwd",
    "to-ftp": "ftp://good-1.example/x",
    "to-gopher": "gopher://good-1.example:70/_x",
    "to-user": "http://me:secret@good-1.example:PORT/",
    "to-large-port": "http://good-1.example:99999/",
    "to-mail-port": "http://good-1.example:25/",
    "to-long": "http://good-1.example:PORT/" + "x" * 60_000,
    "to-empty": "",
    "to-space": "http://good 1.example/",
    "to-high-bytes": "http://\xff\xfe.example/",
    "to-percent-host": "http://%31%32%37.0.0.2/",
    "to-many-labels": "http://" + "a." * 300 + "example/",
    "to-long-label": "http://" + "a" * 70 + ".example/",
    "to-punycode": "http://xn--zzzzzzzzzzzz99999.example/",
}
#: A name that is none may still be asked for: then nobody is there.
_NO_PLACE = (
    *("bad-redirect", "bad-url", "bad-port", "refused-address", "dns", "unreachable", "broken-answer"),
    *("too-many-redirects", "redirect-loop"),
)


def _next(exchange: Exchange) -> str:
    """Lead from each number to the next one, ten thousand times."""
    number = int(exchange.path.strip("/") or 0) + 1
    return f"/{number}" if number <= 10_000 else "/the-end"


def _longer(exchange: Exchange) -> str:
    return exchange.path + "again/"


def elsewhere_kinds() -> tuple[Kind, ...]:
    """Return all kinds of this room."""
    inside = [
        kind(name, redirect(to), "refused-address", "bad-port", "bad-url", "bad-redirect", "dns")
        for name, to in INSIDE.items()
    ]
    nonsense = [kind(name, redirect(to), *_NO_PLACE) for name, to in NONSENSE.items()]
    circles = [
        kind("redirect-to-itself", redirect("/"), "too-many-redirects", "redirect-loop"),
        kind(
            "redirect-loop",
            redirect(lambda one: "/b" if one.path == "/a" else "/a"),
            "too-many-redirects",
            "redirect-loop",
        ),
        kind("ten-thousand-redirects", redirect(_next), "too-many-redirects"),
        kind("longer-and-longer", redirect(_longer), "too-many-redirects"),
        kind("for-ever-moved", redirect("/", "301 Moved Permanently"), "too-many-redirects", "redirect-loop"),
        kind(
            "injecting-redirect", redirect("/x%0d%0aX-Injected:%20yes"), "too-many-redirects", "redirect-loop"
        ),
        kind("rebinding", redirect("/again"), "refused-address", "bad-port"),
    ]
    return (*inside, *nonsense, *circles)
