"""The public suffix list (publicsuffix.org): under which endings names are given out. As shipped with `tld`."""

from typing import Any
from urllib.parse import SplitResult

from tld import get_fld
from tld.utils import MozillaTLDSourceParser


class _Shipped(MozillaTLDSourceParser):
    """The list as it came with the library, private suffixes too: a blog at a service is a site of its own."""

    uid = "shipped"

    @classmethod
    def update_tld_names(cls, fail_silently: bool = False) -> bool:  # noqa: ARG003, FBT001, FBT002 - as the library asks
        """Refuse what the library does where its file is missing: fetch the list past our own door to the network."""
        raise FileNotFoundError(
            f"{cls.local_path}: the list of public suffixes is not there; install `tld` anew"
        )


def labels_of_site(host: str) -> int | None:
    """Return how many of the last labels of `host` are its registrable domain; None where it is under no suffix."""
    found: Any = get_fld(SplitResult("", host, "", "", ""), fail_silently=True, parser_class=_Shipped)
    return found.count(".") + 1 if found else None
