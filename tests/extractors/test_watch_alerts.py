"""What a rule of a watch may say, and what two keys may not say together."""

import pytest

from extractors.errors import WatchError
from extractors.watch import AlertRule, read_rules

RULE = 'name = "desk"\nto = "env:DESK"\n'


@pytest.fixture
def rules_of(tmp_path, a_watch):
    """Read a file of rules with the given text."""

    def read(text):
        path = tmp_path / "rules.toml"
        path.write_text(text, encoding="utf-8")
        return read_rules(path, a_watch())

    return read


def faults_of(rules_of, text):
    with pytest.raises(WatchError) as caught:
        rules_of(text)
    return [(fault.key, fault.line, fault.message) for fault in caught.value.faults]


def test_a_rule_says_who_is_told_of_what_when_and_how(rules_of):
    told = (
        'entities = ["company:baic"]\nescalate = true\ndigest = "weekly"\ndigest_at = "Mon 08:00 Europe/Berlin"\n'
        'language = "zh"\nsecret = "env:HOOK"\n'
    )
    (rule,) = rules_of(f"[[alerts]]\n{RULE}{told}")

    assert rule == AlertRule(
        name="desk",
        to="env:DESK",
        entities=("company:baic",),
        escalate=True,
        digest="weekly",
        digest_at="Mon 08:00 Europe/Berlin",
        language="zh",
        secret="env:HOOK",
    )


def test_a_file_may_hold_the_keys_of_one_rule_or_several_tables(rules_of):
    assert [rule.name for rule in rules_of(RULE)] == ["desk"]
    two = f'[[alerts]]\n{RULE}[[alerts]]\nname = "other"\nto = "env:DESK"\nat_most = 3\n'
    assert [rule.at_most for rule in rules_of(two)] == [None, 3]


@pytest.mark.parametrize(
    ("line", "key", "said"),
    [
        ('entities = ["company:baik"]', "entities[0]", "did you mean `company:baic`?"),
        ('escalate = "yes"', "escalate", "`true` or `false`"),
        ('digest = "dayly"', "digest", "did you mean `daily`?"),
        ('digest_at = "08:00 Europe/Berlin"', "digest_at", 'no meaning with digest = "off"'),
        ('digest = "daily"\ndigest_at = "Mon 08:00 Europe/Berlin"', "digest_at", "`08:00 Europe/Berlin`"),
        ('digest = "weekly"\ndigest_at = "08:00 Europe/Berlin"', "digest_at", "`Mon 08:00 Europe/Berlin`"),
        ('digest = "daily"\ndigest_at = "8 Uhr"', "digest_at", "HH:MM Area/City"),
        ('digest = "daily"\ndigest_at = "08:00 Europe/Berln"', "digest_at", "unknown time zone"),
        ('digest = "daily"\nat_most = 3', "at_most", "no meaning in a digest"),
        ("at_most = 0", "at_most", "from 1"),
        ('language = "fr"', "language", "expected one of de, en, zh"),
        ('about = "health"\nescalate = true', "escalate", "for developments"),
        ('langauge = "de"', "langauge", "did you mean `language`?"),
    ],
)
def test_a_fault_names_its_key_and_what_was_expected(rules_of, line, key, said):
    (fault,) = faults_of(rules_of, RULE + line + "\n")

    assert (fault[0], said in fault[2]) == (key, True), fault


def test_a_secret_that_stands_in_the_file_is_refused_and_not_shown(rules_of):
    ((key, line, message),) = faults_of(rules_of, RULE + 'secret = "whsec_hunter2"\n')

    assert (key, line, "hunter2" in message) == ("secret", 3, False)


def test_a_file_without_a_rule_is_a_fault(rules_of):
    (fault,) = faults_of(rules_of, "# nothing\n")

    assert "expected [[alerts]]" in fault[2]
    faults = faults_of(rules_of, 'to = "env:DESK"\n')
    assert any("unknown key `to`" in message for _, _, message in faults)
