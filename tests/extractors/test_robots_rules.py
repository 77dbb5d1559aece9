import time

import pytest

from extractors.robots_rules import rules_for


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("User-agent: *\nDisallow: /", False),
        ("user agent newswatch # us\nDisallow: /\n\nUser-agent: *\nAllow: /", False),
        ("User-agent: other\nUser-agent: NewsWatch*\nDisallow: /", False),
        ("User-agent: other\nUser-agent: more\nDisallow: /\n\nUser-agent: *\nAllow: /", True),
        ("User-agent: other\nDisallow: /", True),
        ("User-agent: news\nDisallow: /", True),
        ("User-agent: **\nDisallow: /", True),
        ("\xa0User-agent\xa0: *\x0b\nDisallow: /", False),
    ],
)
def test_the_group_of_the_robot_counts_else_that_of_all(text, allowed):
    assert rules_for(text, ("newswatch",)).can_fetch("https://paper.example/news", "newswatch") is allowed


def test_a_file_of_names_without_end_is_read_in_no_time():
    names = "".join(f"User-agent: n{number}\n" for number in range(15_000))
    rules = "".join(f"Disallow: /{number}\n" for number in range(100))
    started = time.process_time()
    found = rules_for(f"{names}{rules}User-agent: *\nDisallow: /x", ("newswatch",))

    assert not found.can_fetch("https://paper.example/x", "newswatch")
    assert time.process_time() - started < 3  # all names on their own: 8 s
