"""Backup and restore: what cannot be harvested again comes back whole, and nothing else gets in."""

from __future__ import annotations

import gzip
import io
import json
import re
import stat
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from bridge import accounts, archive
from bridge import store as store_module
from bridge.archive import pieces
from bridge.collective import Collective
from bridge.config import ConfigError, load
from bridge.errors import BridgeError
from bridge.refresh import refresh
from bridge.store.accounts import Accounts
from bridge.store.journal import Journal
from bridge.store.notices import Notices
from bridge.web import create_app
from tests.conftest import Web

URL = "https://a.exemple.fr/data.json"
HOME = {"PARTAGEONS_BASE_URL": "https://pont.exemple.fr/"}
SOURCE = f"""
[source]
id = "a"
kind = "json_api"
url = "{URL}"
title = "Source a"
[fields]
title = "titre"
themes = "theme"
url = "lien"
[values.themes]
"Haies" = "t-haies"
"Oiseaux" = "t-oiseaux"
"""
PASSWORD = "haies-vives-et-mares"


def resources(**themes: str) -> list[dict[str, str]]:
    numbers = range(1, 6)
    return [
        {
            "id": str(n),
            "titre": f"Fiche {n}",
            "theme": themes.get(f"n{n}", "Haies"),
            "lien": f"https://a.exemple.fr/{n}",
        }
        for n in numbers
    ]


Again = Callable[[Collective], None]


def lives(folder: Path, web: Any, patch: pytest.MonkeyPatch) -> tuple[Collective, Again]:
    """A collective that has lived: records of several days, one changed of set, one withdrawn, one opposed, an account,
    a notice. And what harvests a collective anew, later."""

    def day(number: int) -> None:
        patch.setattr(store_module, "now", lambda: f"2026-03-{number:02}T12:00:00Z")

    (folder / "mappings" / "presets").mkdir(parents=True)
    (folder / "partageons.toml").write_text("confirm_delay = 61\n", encoding="utf-8")
    (folder / "mappings" / "presets" / "à nous.toml").write_text("# rien\n", encoding="utf-8")
    (folder / "mappings" / "a.toml").write_text(SOURCE, encoding="utf-8")
    here = Collective(load(folder, HOME))
    day(1)
    web.put(URL, resources())
    refresh(here, here.sources.values(), web)
    day(2)
    web.put(URL, resources(n3="Oiseaux"))
    refresh(here, here.sources.values(), web)
    day(3)
    with here.store.writing() as writing:
        writing.withdraw(["a:5"])
        writing.oppose("a:4", "À sa demande")
        writing.journal("camille", "oppose", "a:4")
        Notices(writing).tell("pairing", "b", "Un site demande à rejoindre le réseau.")
    accounts.add(here, "Camille", "administrator", (), PASSWORD, "cli")
    here.catch_up()
    web.put(URL, [each for each in resources(n3="Oiseaux") if each["id"] != "5"])

    def again(other: Collective) -> None:
        day(20)
        refresh(other, other.sources.values(), web)

    return here, again


@pytest.fixture
def life(tmp_path: Path, web: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Collective, Again]]:
    here, again = lives(tmp_path, web, monkeypatch)
    with closing(here):
        yield here, again


@pytest.fixture
def here(life: tuple[Collective, Again]) -> Collective:
    return life[0]


@pytest.fixture
def again(life: tuple[Collective, Again]) -> Again:
    return life[1]


@pytest.fixture
def saved(here: Collective, tmp_path: Path) -> Path:
    path = tmp_path / "sauvegarde.tar.gz"
    archive.backup(here, tmp_path, path)
    return path


@pytest.fixture(scope="module")
def bytes_saved(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("sauvegarde")
    with pytest.MonkeyPatch.context() as patch:
        here, _ = lives(folder, Web(), patch)
        with closing(here):
            archive.backup(here, folder, folder / "b.tar.gz")
    return (folder / "b.tar.gz").read_bytes()


@pytest.fixture
def copy(bytes_saved: bytes, tmp_path: Path) -> Path:
    """The same backup, for tests that spoil it."""
    path = tmp_path / "copie.tar.gz"
    path.write_bytes(bytes_saved)
    return path


def public(here: Collective) -> dict[str, str]:
    """What harvesters and visitors read, without the instant of the answer."""
    client = create_app(here).test_client()
    asked = [
        "verb=ListRecords&metadataPrefix=pv",
        "verb=ListRecords&metadataPrefix=oai_dc",
        "verb=ListIdentifiers&metadataPrefix=oai_dc&set=theme:t-haies",
        "verb=ListIdentifiers&metadataPrefix=oai_dc&set=theme:t-oiseaux",
        "verb=ListSets",
    ]
    pages = {query: client.get(f"/oai?{query}").get_data(as_text=True) for query in asked}
    pages |= {path: client.get(path).get_data(as_text=True) for path in ("/feed.json", "/feed.csv", "/fiche/a:3")}
    pages |= {path: str(client.get(path).status_code) for path in ("/fiche/a:4", "/fiche/a:5", "/fiche/a:6")}
    return {name: re.sub(r"<responseDate>[^<]*", "", page) for name, page in pages.items()}


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    folder = tmp_path / "ailleurs"
    folder.mkdir()
    return folder


def opened(folder: Path) -> closing[Collective]:
    return closing(Collective(load(folder, HOME)))


def test_a_backup_restored_elsewhere_and_harvested_gives_the_same_public_bytes(
    here: Collective, again: Again, saved: Path, elsewhere: Path
) -> None:
    before = public(here)
    assert 'status="deleted"' in before["verb=ListRecords&metadataPrefix=pv"]
    assert before["/fiche/a:5"] == "410" and before["/fiche/a:6"] == "404"
    told = archive.restore(saved, elsewhere, HOME)
    assert (told.mappings, told.secret) == (2, True)
    with opened(elsewhere) as there:
        again(there)
        assert public(there) == before
        assert there.secret == here.secret
        assert there.settings.confirm_delay == 61


def test_what_people_did_is_there_and_stays_so(here: Collective, again: Again, saved: Path, elsewhere: Path) -> None:
    archive.restore(saved, elsewhere, HOME)
    with opened(elsewhere) as there:
        for visits in range(2):
            with there.store.snapshot() as snapshot, here.store.snapshot() as ours:
                assert Journal(snapshot).acts(10) == Journal(ours).acts(10)
                assert Notices(snapshot).open() == Notices(ours).open()
                assert Accounts(snapshot).all() == Accounts(ours).all() != []
                entry = snapshot.entry("a:4")
                assert entry and entry.status == "withdrawn", f"opposed, after {visits} visits"
            again(there)
        assert accounts.sign_in(there, "camille", PASSWORD, "192.0.2.7")


def test_a_backup_holds_no_content_and_only_its_owner_reads_it(saved: Path) -> None:
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    with tarfile.open(saved) as tar:
        held = {info.name: tar.extractfile(info).read() for info in tar}  # type: ignore[union-attr]
    assert not any(b"Fiche " in content for content in held.values())
    assert {"manifest.json", "partageons.toml", "secret", "mappings/a.toml", "mappings/presets/à nous.toml"} <= set(
        held
    )
    assert {"tables/ledger_record.jsonl", "tables/office_journal.jsonl"} <= set(held)
    assert not any("cache_" in name for name in held)
    assert PASSWORD.encode() not in b"".join(held.values())


def test_an_existing_file_is_not_overwritten(here: Collective, saved: Path, tmp_path: Path) -> None:
    before = saved.read_bytes()
    with pytest.raises(archive.ArchiveError, match="existe déjà"):
        archive.backup(here, tmp_path, saved)
    assert saved.read_bytes() == before
    with pytest.raises(archive.ArchiveError, match="ne peut pas être écrite"):
        archive.backup(here, tmp_path, tmp_path / "absent" / "x.tar.gz")
    assert not [each for each in tmp_path.iterdir() if each.name.startswith(".")]


def test_the_secret_of_a_variable_is_not_in_it(tmp_path: Path, elsewhere: Path) -> None:
    (tmp_path / "mappings").mkdir()
    with closing(Collective(load(tmp_path, {"PARTAGEONS_SECRET": "de-la-variable"}))) as here:
        told = archive.backup(here, tmp_path, tmp_path / "b.tar.gz")
    assert not told.secret and b"de-la-variable" not in gzip.decompress((tmp_path / "b.tar.gz").read_bytes())
    assert not archive.restore(tmp_path / "b.tar.gz", elsewhere, {}).secret


def test_a_backup_made_during_writes_is_of_one_moment(
    here: Collective, again: Again, tmp_path: Path, elsewhere: Path
) -> None:
    stop = Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            with here.store.writing() as writing:
                writing.journal("qui", "acte", f"{number}")
                Notices(writing).tell("twice", f"{number}", "Ensemble.")

    writer = Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            path = tmp_path / f"{number}.tar.gz"
            archive.backup(here, tmp_path, path)
            with tarfile.open(path) as tar:
                acts, told = (
                    [json.loads(line) for line in tar.extractfile(f"tables/{name}.jsonl")]  # type: ignore[union-attr]
                    for name in ("office_journal", "office_notice")
                )
            written = [int(act["about"]) for act in acts if act["act"] == "acte"]
            assert written == [int(each["about"]) for each in told if each["kind"] == "twice"]
            assert written == list(range(1, len(written) + 1))
    finally:
        stop.set()
        writer.join()


def test_a_collective_that_is_there_is_only_replaced_when_asked(
    here: Collective, saved: Path, elsewhere: Path, again: Again
) -> None:
    archive.restore(saved, elsewhere, HOME)
    (elsewhere / "mappings" / "b.toml").write_text("# venue depuis\n", encoding="utf-8")
    before = tree(elsewhere)
    with pytest.raises(archive.ArchiveError, match="déjà là"):
        archive.restore(saved, elsewhere, HOME)
    assert tree(elsewhere) == before
    archive.restore(saved, elsewhere, HOME, replace=True)
    assert not (elsewhere / "mappings" / "b.toml").exists()
    with opened(elsewhere) as there:
        again(there)
        assert public(there) == public(here)


def test_a_folder_just_prepared_by_systemd_is_empty_enough(copy: Path, elsewhere: Path) -> None:
    (elsewhere / "var").mkdir(0o700)
    (elsewhere / "mappings").mkdir()
    assert archive.restore(copy, elsewhere, HOME).rows


def tree(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


@pytest.mark.parametrize("kept", [0, 10, 0.3, 0.6, 0.95, -9, -4, -1])
def test_a_truncated_backup_is_refused_and_leaves_nothing(copy: Path, elsewhere: Path, kept: float) -> None:
    whole = copy.read_bytes()
    copy.write_bytes(whole[: int(len(whole) * kept) if 0 < kept < 1 else int(kept)])
    with pytest.raises(archive.ArchiveError, match="coupée ou abîmée"):
        archive.restore(copy, elsewhere, HOME)
    assert not list(elsewhere.iterdir())


def test_a_damaged_backup_is_refused_wherever_the_damage_is(copy: Path, elsewhere: Path) -> None:
    whole = copy.read_bytes()
    for at in range(0, len(whole), max(1, len(whole) // 40)):
        copy.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        if 3 <= at < 10:  # the time and flags of the header of gzip, which no checksum covers
            continue
        with pytest.raises(archive.ArchiveError):
            archive.restore(copy, elsewhere, HOME)
        assert not list(elsewhere.iterdir()), at


Change = Callable[[dict[str, bytes]], object]


@pytest.fixture
def made(copy: Path) -> Callable[..., Path]:
    """The backup with other pieces: ``made(change, *infos)``; more pieces as they are put in a tar."""

    def make(change: Change = lambda held: None, *more: tuple[tarfile.TarInfo, bytes]) -> Path:
        with tarfile.open(copy) as tar:
            held = {info.name: tar.extractfile(info).read() for info in tar}  # type: ignore[union-attr]
        change(held)
        with tarfile.open(copy, "w:gz", format=tarfile.USTAR_FORMAT) as tar:
            for name, content in held.items():
                info = tarfile.TarInfo(name)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
            for info, content in more:
                tar.addfile(info, io.BytesIO(content))
        return copy

    return make


def info(name: str, kind: bytes = tarfile.REGTYPE, **values: Any) -> tuple[tarfile.TarInfo, bytes]:
    found = tarfile.TarInfo(name)
    found.type = kind
    for key, value in values.items():
        setattr(found, key, value)
    return found, b""


@pytest.mark.parametrize(
    "piece",
    [
        info("../evil.toml"),
        info("mappings/../../evil.toml"),
        info("/tmp/evil.toml"),
        info("mappings/..\\evil.toml"),
        info("mappings/.git/hooks"),
        info("mappings//evil.toml"),
        info("mappings/a\nb.toml"),
        info("var/partageons.sqlite"),
        info("tables/../secret"),
        info("mappings/lien", tarfile.SYMTYPE, linkname="/etc/passwd"),
        info("mappings/lien", tarfile.LNKTYPE, linkname="secret"),
        info("mappings/tuyau", tarfile.FIFOTYPE),
        info("mappings/disque", tarfile.BLKTYPE, devmajor=8),
        info("mappings/dossier", tarfile.DIRTYPE),
        info("mappings/long", tarfile.GNUTYPE_LONGNAME),
        info("mappings/pax", tarfile.XHDTYPE),
        info("mappings/a.toml"),
    ],
    ids=lambda piece: f"{piece[0].name!r} {piece[0].type!r}",
)
def test_a_piece_that_is_not_ours_is_refused_and_leaves_nothing(
    made: Any, elsewhere: Path, tmp_path: Path, piece: Any
) -> None:
    path = made(lambda held: None, piece)
    with pytest.raises(archive.ArchiveError, match="autre chose que prévu"):
        archive.restore(path, elsewhere, HOME)
    assert not list(elsewhere.iterdir()) and not list(tmp_path.rglob("evil*"))


def rewritten(table: str, **values: Any) -> Change:
    """The first row of a table with other values."""

    def change(held: dict[str, bytes]) -> None:
        name = f"tables/{table}.jsonl"
        first, *others = held[name].splitlines()
        held[name] = b"\n".join([json.dumps({**json.loads(first), **values}).encode(), *others, b""])

    return change


def manifest(**values: Any) -> Change:
    def change(held: dict[str, bytes]) -> None:
        held["manifest.json"] = json.dumps({**json.loads(held["manifest.json"]), **values}).encode()

    return change


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda held: held.pop("manifest.json"), "pas une sauvegarde"),
        (lambda held: held.update({"manifest.json": b"[1]"}), "pas une sauvegarde"),
        (lambda held: held.update({"manifest.json": b"{"}), "pas une sauvegarde"),
        (manifest(schema=store_module.SCHEMA + 1), "version plus récente"),
        (manifest(schema="3"), "version plus récente"),
        (manifest(version=2), "version plus récente"),
        (lambda held: held.pop("tables/office_journal.jsonl"), "manque une table"),
        (lambda held: held.update({"tables/cache_record.jsonl": b""}), "manque une table"),
        (lambda held: held.update({"tables/ledger_record.jsonl": b"{\n"}), "pas lisible"),
        (lambda held: held.update({"tables/ledger_record.jsonl": b"[]\n"}), "colonnes que ce programme"),
        (lambda held: held.update({"tables/ledger_record.jsonl": b"{}"}), "coupée, ou trop longue"),
        (lambda held: held.update({"tables/ledger_record.jsonl": b"{}\n"}), "n'a pas la colonne ledger_record.id"),
        (lambda held: held.update({"tables/ledger_state.jsonl": b""}), "où elle en était"),
        (rewritten("ledger_record", autre=1), "colonnes que ce programme"),
        (rewritten("ledger_record", seq="1; DROP TABLE ledger_record"), "autre chose que prévu dans ledger_record.seq"),
        (rewritten("ledger_record", seq=1 << 63), "autre chose que prévu dans ledger_record.seq"),
        (rewritten("ledger_record", kept=3), "autre chose que prévu dans ledger_record.kept"),
        (rewritten("ledger_record", id={"a": 1}), "autre chose que prévu dans ledger_record.id"),
        (rewritten("ledger_record", status=None), "autre chose que prévu dans ledger_record.status"),
        (rewritten("ledger_record", id="a:2"), "ne peut pas être écrite"),
        (lambda held: held.update({"partageons.toml": b'data = "/tmp/evil"'}), "hors de ce dossier"),
        (lambda held: held.update({"partageons.toml": b'data = "../evil"'}), "hors de ce dossier"),
        (lambda held: held.update({"partageons.toml": b'mappings = "x/../../evil"'}), "hors de ce dossier"),
        (lambda held: held.update({"partageons.toml": b'mappings = "."'}), "hors de ce dossier"),
        (lambda held: held.update({"partageons.toml": b'mappings = "var/m"'}), "dossiers séparés"),
        (lambda held: held.update({"partageons.toml": b'database = "sqlite:////tmp/evil.db"'}), "PARTAGEONS_DATABASE"),
    ],
)
def test_a_backup_that_lies_is_refused_in_one_sentence_and_leaves_nothing(
    made: Any, elsewhere: Path, change: Change, told: str
) -> None:
    path = made(change)
    with pytest.raises(BridgeError, match=re.escape(told)) as refused:
        archive.restore(path, elsewhere, HOME)
    assert len(str(refused.value)) < 250
    assert not list(elsewhere.iterdir()) and not Path("/tmp/evil").exists() and not Path("/tmp/evil.db").exists()


def test_settings_that_cannot_be_used_are_refused(made: Any, elsewhere: Path) -> None:
    path = made(lambda held: held.update({"partageons.toml": b"inconnu = 1"}))
    with pytest.raises(ConfigError, match="inconnu"):
        archive.restore(path, elsewhere, HOME)
    assert not list(elsewhere.iterdir())


def test_a_backup_larger_than_the_disk_is_refused(made: Any, elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    big = made(lambda held: held.update({"mappings/gros.toml": bytes(pieces.LARGEST_FILE + 1)}))
    assert big.stat().st_size < 100_000
    with pytest.raises(archive.ArchiveError, match="plus grande que ce qui est accepté"):
        archive.restore(big, elsewhere, HOME)
    bomb = made(lambda held: held.update({"mappings/gros.toml": b"", "tables/office_heard.jsonl": b"{}\n" * 100_000}))
    monkeypatch.setattr(pieces, "LARGEST", 200_000)
    with pytest.raises(archive.ArchiveError, match="plus grande que ce qui est accepté"):
        archive.restore(bomb, elsewhere, HOME)
    assert not list(elsewhere.iterdir())


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path, elsewhere: Path) -> None:
    for content in (b"", b"bonjour", gzip.compress(b""), gzip.compress(b"bonjour" * 200), gzip.compress(bytes(1024))):
        (tmp_path / "x").write_bytes(content)
        with pytest.raises(archive.ArchiveError):
            archive.restore(tmp_path / "x", elsewhere, HOME)
    with pytest.raises(archive.ArchiveError, match="ne peut pas être lu"):
        archive.restore(elsewhere / "absent", elsewhere, HOME)
    assert not list(elsewhere.iterdir())


def test_places_outside_are_the_operator_s_to_say(made: Any, elsewhere: Path, tmp_path: Path) -> None:
    path = made(lambda held: held.update({"partageons.toml": b'data = "/nulle/part"'}))
    environ = {**HOME, "PARTAGEONS_DATA": str(tmp_path / "donnees")}
    assert archive.restore(path, elsewhere, environ).rows
    assert (tmp_path / "donnees" / "partageons.sqlite").exists() and not (elsewhere / "var").exists()


def test_a_backup_of_the_first_schema_is_taken(made: Any, elsewhere: Path, here: Collective, again: Again) -> None:
    """Columns and tables that came later get their defaults."""
    later = {"kept", "mark", "name", "origin", "hops", "pace", "failures", "pinged", "pings", "missed"}
    later |= {"before", "undone"}
    first = {"ledger_record", "ledger_member", "ledger_source", "ledger_opposed", "ledger_state", "office_journal"}

    def older(held: dict[str, bytes]) -> None:
        for name in [name for name in held if name.startswith("tables/")]:
            if Path(name).stem not in first:
                del held[name]
                continue
            rows = map(json.loads, held[name].splitlines())
            kept = [{key: value for key, value in row.items() if key not in later} for row in rows]
            held[name] = b"".join(json.dumps(row).encode() + b"\n" for row in kept)
        manifest(schema=1, tables=sorted(first))(held)

    archive.restore(made(older), elsewhere, HOME)
    with opened(elsewhere) as there:
        again(there)
        assert public(there) == public(here)


def test_when_a_place_cannot_be_written_everything_is_back_as_it_was(
    copy: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.restore(copy, elsewhere, HOME)
    (elsewhere / "mappings" / "b.toml").write_text("# à moi\n", encoding="utf-8")
    before = tree(elsewhere)
    real, moved = archive.restoring.shutil.move, []  # type: ignore[attr-defined]

    def full(origin: Path, place: Path) -> Any:
        moved.append(place)
        if len(moved) == 4:
            raise OSError(28, "No space left on device")
        return real(origin, place)

    monkeypatch.setattr(archive.restoring.shutil, "move", full)  # type: ignore[attr-defined]
    with pytest.raises(archive.ArchiveError, match="No space left"):
        archive.restore(copy, elsewhere, HOME, replace=True)
    assert tree(elsewhere) == before


def test_the_commands_say_what_they_did(run: Any, source: str, tmp_path: Path, monkeypatch: Any) -> None:
    assert "gardez ce fichier comme un mot de passe" in run("backup", "b.tar.gz")
    assert "existe déjà" in run("backup", "b.tar.gz", code=1)
    assert "Un collectif est déjà là" in run("restore", "b.tar.gz", code=1)
    (tmp_path / "var" / "refresher.alive").touch()
    assert "Le service tourne" in run("restore", "b.tar.gz", "--replace", code=1)
    (tmp_path / "var" / "refresher.alive").unlink()
    assert "1 tables de correspondance" in run("restore", "b.tar.gz", "--replace")
    run("harvest")
    (tmp_path / "neuf").mkdir()
    monkeypatch.chdir(tmp_path / "neuf")
    assert "prochaine moisson" in run("restore", "../b.tar.gz")
    assert "a" in run("status")
