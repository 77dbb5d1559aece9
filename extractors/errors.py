"""What goes wrong, by what the caller will do about it.

```
NewswatchError
├── ConfigurationError      wrong watch, settings or arguments: exit status 2
│   └── WatchError          the watch file, with every fault at once
├── FetchError              a request that brought no usable answer
│   ├── TransientFetchError worth another try at the next due time
│   └── PermanentFetchError the same request will fail again until someone acts
├── ParseError              bytes that are not the feed, sitemap or page they should be
├── ExtractionError         a page that gave no article (it hung, crashed, or holds none)
├── WarehouseError          the DuckDB file cannot be opened, is newer than the program, or is held
│   └── DamagedWarehouseError   its bytes are not what was written: the next cycle makes it anew
└── LimitError              work that somebody asked for was ended at its limit of time or memory
```
"""

from dataclasses import dataclass
from typing import Self

#: What the evidence of a refusal (`resting`) begins with where another collector is at the site, or was just now.
ELSEWHERE = "elsewhere"
#: Causes of a refusal before the wire: the site itself was not asked.
NOT_ASKED = frozenset({"resting", "budget"})
#: The page itself was not asked for.
PAGE_NOT_ASKED = NOT_ASKED | {"robots-unavailable"}


class NewswatchError(Exception):
    """Base of every error that this program raises on purpose."""


class ConfigurationError(NewswatchError):
    """The watch, a setting or an argument is wrong; the message says which and what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong in a file.

    `line` counts from 1 and is None where it cannot be known; `key` is the dotted path, for example
    `sources[3].every`.
    """

    file: str
    key: str
    message: str
    line: int | None = None

    def __str__(self) -> str:
        """Render as `file:line: key: message`, the form that editors make clickable."""
        place = f"{self.file}:{self.line}" if self.line is not None else self.file
        return f"{place}: {self.key}: {self.message}" if self.key else f"{place}: {self.message}"


class WatchError(ConfigurationError):
    """The watch file has faults; `faults` holds all of them, in the order of the file."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        """Keep `faults`; the message is one line a fault."""
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


class FetchError(NewswatchError):
    """A request brought no usable answer.

    `cause` is a short constant (`timeout`, `dns`, `too-large`, `http-500` …), `status` the HTTP status or
    None where no answer came, `retry_after_s` the seconds the server asked to wait or None. `detail` says more in
    words; `evidence` is what was seen of the failure (`status 403; server: cloudflare`), None where nothing was.
    """

    def __init__(
        self,
        url: str,
        cause: str,
        detail: str = "",
        *,
        status: int | None = None,
        retry_after_s: float | None = None,
        evidence: str | None = None,
    ) -> None:
        """Keep what is known of the failure; the message names URL, cause and detail."""
        super().__init__(f"{url}: {cause}" + (f" ({detail})" if detail else ""))
        self.url = url
        self.cause = cause
        self.detail = detail
        self.status = status
        self.retry_after_s = retry_after_s
        self.evidence = evidence

    def named(self, url: str) -> Self:
        """Return this failure as one of `url`."""
        return type(self)(
            url,
            self.cause,
            self.detail,
            status=self.status,
            retry_after_s=self.retry_after_s,
            evidence=self.evidence,
        )


class TransientFetchError(FetchError):
    """Worth another try when the source is next due."""


class PermanentFetchError(FetchError):
    """Will fail again until someone acts: gone, forbidden by robots, an address that may not be reached."""


class ParseError(NewswatchError):
    """Bytes that are not what they should be; `cause` is short (`html-for-xml`, `empty-body` …)."""

    def __init__(self, url: str, cause: str, detail: str = "") -> None:
        """Keep `cause`; the message names URL, cause and detail."""
        super().__init__(f"{url}: {cause}" + (f" ({detail})" if detail else ""))
        self.url = url
        self.cause = cause


class ExtractionError(NewswatchError):
    """A page gave no article; `cause` is a short constant (`no-article`, `timeout`, `crash` …)."""

    def __init__(self, url: str, cause: str, detail: str = "") -> None:
        """Keep `cause`; the message names URL, cause and detail."""
        super().__init__(f"{url}: {cause}" + (f" ({detail})" if detail else ""))
        self.url = url
        self.cause = cause


class WarehouseError(NewswatchError):
    """The warehouse or snapshot cannot be used; the message says which file and what to do."""


class DamagedWarehouseError(WarehouseError):
    """The bytes of the file are not what was written, or it is gone while the snapshot is there."""


class LimitError(NewswatchError):
    """Work that somebody asked for was ended at its limit of time or memory; the message says which."""
