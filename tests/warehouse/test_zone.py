"""Places that machines share: objects are whole or not there, of two that create one only succeeds."""

import os
import threading
import time
from datetime import timedelta

import pytest

from extractors.errors import ConfigurationError, NewswatchError
from tests.shared_places import free_port
from warehouse.zone import ZoneError, open_zone


@pytest.fixture(params=["s3", "folder", "memory"])
def zone(request, tmp_path):
    if request.param == "s3":
        return open_zone(request.getfixturevalue("s3_place"))
    if request.param == "memory":
        return open_zone(f"memory://{tmp_path.name}")
    return open_zone(f"file://{tmp_path}/the%20zone")


def test_an_empty_place_can_be_looked_at(zone):
    listing = zone.look()

    assert (listing.written, listing.names("orders")) == ({}, [])


def test_what_is_written_is_read_and_replaced(zone, tmp_path):
    zone.write("orders/a", b"one")
    zone.write("orders/a", b"two")
    (tmp_path / "file").write_bytes(b"three" * 100_000)
    zone.send(tmp_path / "file", "orders/b")
    zone.fetch("orders/b", tmp_path / "deep" / "back")

    assert zone.read("orders/a") == b"two"
    assert (tmp_path / "deep" / "back").read_bytes() == b"three" * 100_000
    assert zone.look().names("orders") == ["a", "b"]
    assert zone.look().names("order") == []


def test_what_is_removed_is_gone_and_may_be_removed_again(zone, tmp_path):
    zone.write("orders/a", b"one")

    zone.remove("orders/a")
    zone.remove("orders/a")

    assert zone.look().written == {}
    with pytest.raises(FileNotFoundError):
        zone.read("orders/a")
    with pytest.raises(FileNotFoundError):
        zone.fetch("orders/a", tmp_path / "back")


def test_of_many_that_create_one_succeeds_and_knows_it(zone):
    won = []
    start = threading.Barrier(8)

    def create(number):
        start.wait()
        if zone.create("leases/a.1.json", b"%d" % number):
            won.append(number)

    threads = [threading.Thread(target=create, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [b"%d" % number for number in won] == [zone.read("leases/a.1.json")]
    assert zone.create("leases/a.1.json", b"%d" % won[0]), "its own, asked for again when the answer got lost"
    assert not zone.create("leases/a.1.json", b"another")


def test_times_are_those_of_the_place_and_go_on(zone):
    zone.write("orders/a", b"one")
    first = zone.look()
    time.sleep(1.1)
    zone.write("orders/a", b"two")
    second = zone.look()

    assert first.now - first.written["orders/a"] < timedelta(seconds=30)
    assert second.written["orders/a"] > first.written["orders/a"]
    assert second.now > first.now


def test_a_folder_shows_nothing_that_is_half_written(tmp_path):
    zone = open_zone(f"file://{tmp_path}")
    (tmp_path / "orders").mkdir()
    young, old = tmp_path / "orders" / ".a.0", tmp_path / "orders" / ".a.1"
    young.write_bytes(b"hal")
    old.write_bytes(b"hal")
    os.utime(old, (0, 0))

    assert zone.look().written == {}
    assert (young.exists(), old.exists()) == (True, False), "what a killed writer left goes after a day"


def test_a_store_that_does_not_answer_is_told_without_secrets(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "hunter2")
    zone = open_zone("s3://somebody:hunter2@nowhere/zone")

    with pytest.raises(ZoneError, match="s3://nowhere/zone: cannot be") as caught:
        zone.read("orders/a")

    assert isinstance(caught.value, NewswatchError)
    assert isinstance(caught.value, OSError)
    assert "hunter2" not in str(caught.value)


def test_keys_may_come_with_the_settings(s3_place, s3_environment, monkeypatch):
    for name in s3_environment:
        monkeypatch.delenv(name)
    zone = open_zone(s3_place, {**s3_environment, "AWS_ACCESS_KEY_ID": "mine"})

    zone.write("orders/a", b"one")

    assert zone.look().names("orders") == ["a"]


def test_a_bucket_that_does_not_exist_is_told(s3_place):
    with pytest.raises(ZoneError, match="no-such-bucket"):
        open_zone("s3://no-such-bucket/zone").look()


def test_a_scheme_that_nothing_knows_is_told():
    with pytest.raises(ConfigurationError, match="nothing here reaches carrier-pigeon://"):
        open_zone("carrier-pigeon://loft/7")
