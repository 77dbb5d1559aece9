"""Backups: made while the home is in use, whole or not at all, and restored to go on as if nothing had happened."""

import hashlib
import io
import json
import os
import re
import shutil
import tarfile
import threading
from datetime import timedelta

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from kept_home import KeptHome, spoil

from extractors.errors import ConfigurationError, DamagedWarehouseError, WarehouseError
from extractors.orders import Order
from flows.alerts.deliver import REPEAT
from flows.backing_up import back_up, restore, without_values
from flows.cli import main
from flows.cycle import load_waiting, publish
from flows.settings import read_settings
from warehouse import landing
from warehouse.backup import BackupError, _Summing, unpack
from warehouse.database import open_snapshot, open_warehouse
from warehouse.journal import Journal
from warehouse.lock import exclusive


@pytest.fixture
def backup(kept, tmp_path):
    """A backup of the kept home as it is after four hours."""
    return back_up(kept.settings, tmp_path / "backup.tar", kept.at(4.1)).path


@pytest.fixture
def restored(tmp_path):
    """Restore a backup into a home of its own."""

    def make(file, home, *, hours=5.0, **how):
        told = read_settings({"NEWSWATCH_ALERT_DESK": "json://x"}, home=tmp_path / "restored")
        result = restore(told, file, home.at(hours), **how)
        return KeptHome(tmp_path / "restored"), result

    return make


def test_a_restored_home_is_the_same_and_goes_on_with_nothing_polled_early_and_nothing_told_again(
    kept, backup, restored, desk
):
    before, told = kept.rows(), list(desk)
    home, result = restored(backup, kept, hours=4.2)

    assert home.run(4.2).outcome == "idle"
    assert home.rows() == before
    assert desk == told
    assert (result.articles, result.returned, result.aside, result.notes) == (2, 0, None, ())
    with open_snapshot(home.settings.snapshot) as con:
        assert con.execute("SELECT count(*) FROM articles").fetchone() == (2,)
    home.collected(6, 2)
    assert home.run(6).articles == 1
    assert len(desk) == 3


def test_what_waits_comes_along_and_what_is_loaded_does_not_come_twice(kept, tmp_path, restored):
    waiting = kept.collected(6, 2)
    order = Order(order_id="o7", created_at=kept.at(7)(), sources=())
    landing.write_order(kept.settings.landing, order)
    landing.spool_path(kept.settings.landing, "o7").write_bytes(b"answers")
    done = Order(order_id="done", created_at=kept.at(4)(), sources=())
    landing.write_order(kept.settings.landing, done)
    with open_warehouse(kept.settings.warehouse) as con:
        batch_id = landing.batch_id_of("done")
        con.execute("INSERT INTO state.batches VALUES ($id, 'done', now())", {"id": batch_id})

    file = back_up(kept.settings, tmp_path / "b.tar", kept.at(7)).path
    home, _ = restored(file, kept)

    zone = home.settings.landing
    assert [path.name for path in landing.waiting_batches(zone)] == [waiting.name]
    assert [path.stem for path in landing.unfinished_orders(zone)] == ["o7"]
    assert landing.spool_path(zone, "o7").read_bytes() == b"answers"
    assert not landing.spool_path(zone, "done").exists()
    assert load_waiting(home.settings, home.watch, home.at(7)).results[0].articles == 1


def test_restored_in_place_what_was_collected_since_is_loaded_again_and_told_once(kept, backup, desk):
    kept.collected(6, 2)
    kept.run(6)
    before, told = kept.rows(), list(desk)
    assert len(told) == 3
    (kept.settings.home / "watch.toml").write_text(
        kept.settings.watch_file.read_text() + "# mine\n", encoding="utf-8"
    )

    result = restore(kept.settings, backup, kept.at(6.1), replace=True)

    assert result.returned == 1
    assert (kept.settings.state / result.aside).exists()
    assert kept.settings.watch_file.read_text().endswith("# mine\n")
    assert kept.run(6.2).articles == 1
    assert kept.rows() == before
    assert desk == told


def test_restored_elsewhere_news_of_the_time_between_says_that_it_may_be_a_repeat(
    kept, backup, restored, desk
):
    home, _ = restored(backup, kept, hours=8)
    home.collected(7, 2)

    home.run(8)

    assert [REPEAT in body for _, body in desk] == [False, False, True]


def test_a_backup_is_made_while_batches_come_and_go(kept, tmp_path):
    stop, done = threading.Event(), []

    def work():
        hour = 6
        while not stop.is_set():
            kept.collected(hour, 2 if hour == 6 else None)
            load_waiting(kept.settings, kept.watch, kept.at(hour))
            publish(kept.settings)
            done.append(hour)
            hour += 2

    worker = threading.Thread(target=work)
    worker.start()
    try:
        files = [
            back_up(kept.settings, tmp_path / f"{n}.tar", kept.at(5), with_archive=True).path
            for n in range(4)
        ]
    finally:
        stop.set()
        worker.join()

    assert len(done) > 1
    for number, file in enumerate(files):
        home = read_settings({}, home=tmp_path / f"home{number}")
        restore(home, file, kept.at(100))
        KeptHome(home.home).run(1000)
        with open_warehouse(home.warehouse) as con:
            loaded = con.execute("SELECT batch_id FROM state.batches").fetchall()
        # no gap: a batch that came before one that is there is there too
        numbers = sorted(int(batch_id[1:]) for (batch_id,) in loaded if batch_id[1:].isdigit())
        assert numbers == list(range(0, numbers[-1] + 2, 2))


def test_a_backup_that_cannot_be_finished_leaves_the_one_before(kept, backup, monkeypatch):
    before = backup.read_bytes()
    monkeypatch.setattr("flows.backing_up._pack_watch", lambda *_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        back_up(kept.settings, backup, kept.at(5))

    assert backup.read_bytes() == before
    assert list(backup.parent.glob(".*")) == []


def test_no_secret_comes_into_a_backup_and_what_is_to_be_set_is_said(kept, tmp_path, restored):
    (kept.settings.home / "newswatch.env").write_text(
        "NEWSWATCH_CONTACT=me@desk.example\n"
        "NEWSWATCH_LOG=info # s3cret\n"
        "# mine, was: s3cret\n"
        'export NEWSWATCH_ALERT_DESK="mailto://me:s3cret@mail.example"\n'
        "#NEWSWATCH_ALERT_OLD=json://t0ken\n"
        "NEWSWATCH_LANDING=s3://key:pa55@bucket\n"
        "s3cret in a line of its own\n",
        encoding="utf-8",
    )
    file = back_up(kept.settings, tmp_path / "b.tar", kept.at(5)).path

    home, result = restored(file, kept)

    data = file.read_bytes()
    assert [word for word in (b"s3cret", b"t0ken", b"pa55") if word in data] == []
    assert file.stat().st_mode & 0o077 == 0
    text = (home.settings.home / "newswatch.env").read_text()
    assert text.splitlines()[:2] == ["NEWSWATCH_CONTACT=me@desk.example", "NEWSWATCH_LOG=info"]
    assert [note.partition(":")[0] for note in result.notes] == ["NEWSWATCH_ALERT_DESK", "NEWSWATCH_LANDING"]
    assert {
        path.stat().st_mode & 0o077 for path in home.settings.home.glob("*.*") if path.suffix != ".duckdb"
    } == {0}


@given(st.text(alphabet="AN=#\n \"'s3:/@", max_size=60))
@settings(max_examples=200, deadline=timedelta(seconds=2))
def test_lines_of_settings_never_keep_a_value_of_an_unknown_name(text):
    for line in without_values(text).splitlines():
        assert re.fullmatch(r"#\w+=  \(its value was left out of the backup\)", line)


def test_settings_are_cleaned_once_and_for_all():
    once = without_values(
        "NEWSWATCH_LOG='info'\nNEWSWATCH_ALERT_X=json://x\n\n# NEWSWATCH_ALERT_Y=json://y\n"
    )

    assert once.startswith("NEWSWATCH_LOG=info\n#NEWSWATCH_ALERT_X=  (")
    assert "json" not in once
    assert without_values(once) == once


def test_a_home_that_holds_something_or_is_in_use_is_refused(kept, backup, tmp_path):
    with pytest.raises(ConfigurationError, match="not empty"):
        restore(kept.settings, backup, kept.at(5))
    with (
        exclusive(kept.settings.state / "cycle.lock", doing="running a cycle on this home"),
        pytest.raises(WarehouseError, match="running a cycle"),
    ):
        restore(kept.settings, backup, kept.at(5), replace=True)
    with (
        exclusive(kept.settings.state / "serve.lock", doing="serving this home"),
        pytest.raises(WarehouseError, match="serving this home"),
    ):
        restore(kept.settings, backup, kept.at(5), replace=True)


def test_there_is_nothing_to_back_up_in_an_empty_home_and_a_folder_is_no_file(kept, tmp_path):
    empty = read_settings({}, home=tmp_path / "empty")
    with pytest.raises(ConfigurationError, match="nothing to back up"):
        back_up(empty, tmp_path / "b.tar", kept.at(5))
    with pytest.raises(ConfigurationError, match="folder"):
        back_up(kept.settings, tmp_path, kept.at(5))


@pytest.mark.parametrize("share", [0, 0.3, 0.95, 0.999])
def test_a_backup_that_was_cut_is_refused_and_changes_nothing(kept, backup, share, tmp_path):
    data = backup.read_bytes()
    backup.write_bytes(data[: int(len(data) * share)])
    before = kept.rows()

    with pytest.raises(BackupError):
        restore(kept.settings, backup, kept.at(5), replace=True)
    fresh = read_settings({}, home=tmp_path / "fresh")
    with pytest.raises(BackupError):
        restore(fresh, backup, kept.at(5))

    assert kept.rows() == before
    assert not fresh.warehouse.exists()
    assert not list(kept.settings.home.glob("*.restoring"))


def test_a_backup_that_was_changed_is_refused(kept, backup):
    data = bytearray(backup.read_bytes())
    data[len(data) // 2] ^= 1
    backup.write_bytes(data)

    with pytest.raises(BackupError, match="not what was written"):
        restore(kept.settings, backup, kept.at(5), replace=True)


def rewritten(file, *, name=None, data=None, manifest=None, kind=tarfile.REGTYPE, without=None):
    """Write a backup anew with another manifest or one member more."""
    with tarfile.open(file) as tar:
        held = [(info.name, tar.extractfile(info).read()) for info in tar if info.name != without]
    with tarfile.open(file, "w") as tar:
        for one, body in [*((name, data) for _ in (name,) if name), *held]:
            told = (
                json.dumps(json.loads(body) | manifest).encode()
                if one == "MANIFEST.json" and manifest
                else body
            )
            info = tarfile.TarInfo(one)
            info.size, info.type = len(told), kind if one == name else tarfile.REGTYPE
            info.linkname = "/etc/passwd" if info.type == tarfile.SYMTYPE else ""
            tar.addfile(info, io.BytesIO(told))


@pytest.mark.parametrize("name", ["../evil", "/evil", "a/../../evil", "evil\nname"])
def test_a_file_that_would_lie_elsewhere_is_refused(backup, name, tmp_path):
    rewritten(backup, name=name, data=b"evil")

    with pytest.raises(BackupError, match="nothing that a backup holds"):
        unpack(backup, tmp_path / "inside" / "here")

    assert not (tmp_path / "evil").exists()
    assert not (tmp_path / "inside" / "evil").exists()


def test_a_link_is_refused(backup, tmp_path):
    rewritten(backup, name="link", data=b"", kind=tarfile.SYMTYPE)

    with pytest.raises(BackupError, match="nothing that a backup holds"):
        unpack(backup, tmp_path / "here")


def test_a_file_more_than_listed_is_refused(backup, tmp_path):
    rewritten(backup, name="more", data=b"more")

    with pytest.raises(BackupError, match="more"):
        unpack(backup, tmp_path / "here")


def test_a_backup_of_a_newer_form_or_program_is_refused_with_a_clear_word(kept, backup, tmp_path):
    shutil.copy(backup, tmp_path / "form.tar")
    rewritten(tmp_path / "form.tar", manifest={"form": 2})
    with open_warehouse(kept.settings.warehouse) as con:
        con.execute("INSERT INTO migrations VALUES ('9999_future.sql', now())")
    shutil.copy(kept.settings.warehouse, kept.settings.snapshot)
    newer = back_up(kept.settings, tmp_path / "newer.tar", kept.at(5)).path

    for file in (tmp_path / "form.tar", newer):
        with pytest.raises(BackupError, match="newer newswatch"):
            restore(read_settings({}, home=tmp_path / "fresh"), file, kept.at(5))


def test_a_damaged_warehouse_is_neither_packed_nor_published_and_made_anew_by_the_next_run(kept, backup):
    good, published, before = backup.read_bytes(), kept.settings.snapshot.read_bytes(), kept.rows()
    spoil(kept.settings.warehouse)

    for reason in ("is damaged", "may be damaged"):  # the first one leaves a note
        with pytest.raises(DamagedWarehouseError, match=reason):
            back_up(kept.settings, backup, kept.at(5))

    assert backup.read_bytes() == good
    assert kept.settings.snapshot.read_bytes() == published
    assert list(kept.settings.state.glob("backup-*")) == []
    kept.run(4.2)
    assert kept.rows() == before
    assert back_up(kept.settings, backup, kept.at(5)).articles == 2


def test_an_example_that_cannot_be_read_is_no_good_backup(kept, backup, monkeypatch):
    (kept.settings.home / "a.md").write_bytes(b"x" * 5000)
    told = kept.settings.watch_file.read_text()
    kept.settings.watch_file.write_text(f'examples = ["a.md"]\n{told}')
    before, read = backup.read_bytes(), _Summing.read

    def shrinking(self, size=-1):
        if str(getattr(self._file, "name", "")).endswith("a.md"):
            os.truncate(kept.settings.home / "a.md", 100)
        return read(self, size)

    monkeypatch.setattr(_Summing, "read", shrinking)

    with pytest.raises(OSError, match="unexpected end"):
        back_up(kept.settings, backup, kept.at(5))
    assert backup.read_bytes() == before


def test_a_restore_that_was_killed_still_says_what_is_not_known(kept, backup, restored, desk, monkeypatch):
    class KilledError(BaseException):
        pass

    def kill(*_):
        raise KilledError

    for place in (
        "warehouse.journal.replace_file",
        "flows.backing_up.move_whole",
        "flows.backing_up.put_in_place",
    ):
        with monkeypatch.context() as patched:
            patched.setattr(place, kill)
            with pytest.raises(KilledError):
                restored(backup, kept, hours=8, replace=True)
    home, _ = restored(backup, kept, hours=8, replace=True)
    home.collected(7, 2)

    home.run(8)

    assert [REPEAT in body for _, body in desk] == [False, False, True]


def test_restored_over_the_home_of_another_machine_it_says_what_is_not_known(kept, backup, desk, tmp_path):
    (tmp_path / "other").mkdir()
    home = KeptHome(tmp_path / "other")
    home.collected(5)
    home.run(5)
    Journal(home.settings.journal).note("sent", ["of its own"], home.at(6)())

    restore(home.settings, backup, home.at(8), replace=True)
    home.collected(7, 2)
    home.run(8)

    assert [REPEAT in body for _, body in desk] == [False, False, True]
    assert len(Journal(home.settings.journal).last_events().keys() - {"of its own"}) == 3


def test_a_digest_of_the_time_between_says_that_it_may_be_a_repeat(kept, restored, desk, tmp_path):
    watch = kept.settings.watch_file
    watch.write_text(watch.read_text() + 'digest = "daily"\n')
    home, _ = restored(back_up(kept.settings, tmp_path / "b.tar", kept.at(4.1)).path, kept, hours=8)
    home.collected(7, 2)

    home.run(9)
    assert len(desk) == 2
    home.run(40)

    assert [REPEAT in body for _, body in desk] == [False, False, True]


@pytest.mark.parametrize(
    "headers",
    [
        {
            "GNU.sparse.size": str(300 << 20),
            "GNU.sparse.numblocks": "1",
            "GNU.sparse.map": f"{300 << 20},0",
            "GNU.sparse.name": "watch.toml",
        },
        {"mtime": "nan"},
        {"mtime": "1e30"},
        None,
    ],
)
def test_a_file_made_to_do_harm_is_refused(tmp_path, headers):
    with tarfile.open(tmp_path / "b.tar", "w", format=tarfile.PAX_FORMAT) as tar:
        for _ in range(1 if headers else 2):
            info = tarfile.TarInfo("watch.toml")
            info.pax_headers = headers or {}
            tar.addfile(info, io.BytesIO(b""))

    with pytest.raises(BackupError):
        unpack(tmp_path / "b.tar", tmp_path / "here")

    assert sum(path.stat().st_size for path in (tmp_path / "here").rglob("*")) == 0


@pytest.mark.parametrize(
    "name",
    [
        "alerts.journal/x",
        "newswatch.duckdb",
        "state/x",
        "landing/x",
        "archive/x.toml",
        "landing/orders/a/b.parquet",
    ],
)
def test_a_backup_with_a_file_that_no_backup_holds_is_refused(kept, backup, tmp_path, name):
    with tarfile.open(backup) as tar:
        listed = json.loads(tar.extractfile("MANIFEST.json").read())["files"]
    listed = [one for one in listed if one["name"] != "alerts.journal"]
    more = {"name": name, "size": 1, "sha256": hashlib.sha256(b"x").hexdigest()}
    rewritten(backup, name=name, data=b"x", manifest={"files": [*listed, more]}, without="alerts.journal")

    with pytest.raises(BackupError, match="nothing that a backup holds"):
        restore(read_settings({}, home=tmp_path / "fresh"), backup, kept.at(5))

    assert not (tmp_path / "fresh" / "watch.toml").exists()


def test_the_commands(kept, tmp_path):
    def call(*arguments):
        return CliRunner().invoke(main, [*map(str, arguments)])

    file, home = tmp_path / "b.tar", tmp_path / "new home"
    made = call("--home", kept.settings.home, "backup", file)
    assert made.exit_code == 0, made.output
    assert "2 articles" in made.output
    again = call("--home", home, "restore", file)
    assert again.exit_code == 0, again.output
    assert "newswatch --home" in again.output
    refused = call("--home", home, "restore", file)
    assert (refused.exit_code, "--replace" in refused.output) == (2, True)
    told = json.loads(call("--home", home, "restore", file, "--replace", "--json").stdout)
    assert (told["articles"], told["returned"]) == (2, 0)
    assert json.loads(
        call("--home", home, "query", "--json", "SELECT count(*) AS n FROM articles").stdout
    ) == [{"n": 2}]
    wrong = call("--home", tmp_path / "other", "restore", kept.settings.watch_file)
    assert (wrong.exit_code, "no backup" in wrong.output) == (1, True)
