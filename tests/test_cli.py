"""The command line: what each command prints, writes and answers to whoever called it; ``serve`` as processes."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Callable
from io import BytesIO
from zipfile import ZipFile

import pytest
from click.testing import CliRunner
from conftest import Run, items

from bridge import __version__
from bridge.cli import main
from bridge.config import SETTINGS
from bridge.writers import WRITERS
from tests.terminal import Terminal

SUMMARY = {
    "echo",
    "rekeyed",
    "tombstones",
    *("source", "complete", "seen", "created", "changed", "unchanged", "absent", "withdrawn", "held_back", "problems"),
    "events",
}


def test_the_version(run):
    assert run("--version") == f"partageons, version {__version__}\n"
    assert "Moissonner" in run("-h")


def test_init_prepares_a_folder(run, tmp_path):
    said = run("init", "collectif")
    assert "partageons add" in said and "cd collectif" in said
    folder = tmp_path / "collectif"
    assert (folder / "mappings").is_dir() and (folder / ".gitignore").read_text() == "/var/\n"
    text = (folder / "partageons.toml").read_text()
    assert tomllib.loads(text) == {}
    # What is commented out is what holds: taking the marks away changes nothing.
    said = [line[2:] for line in text.splitlines() if line.startswith("# ") and " = " in line]
    written = tomllib.loads("\n".join(said))
    assert written.keys() == {setting.key for setting in SETTINGS}
    assert "contient déjà un collectif" in run("init", "collectif", code=1)
    (tmp_path / "fichier").write_text("")
    assert "fichier" in run("init", "fichier/dessous", code=1)


def test_config_tells_where_each_value_comes_from(run, tmp_path, monkeypatch):
    monkeypatch.setenv("PARTAGEONS_SECRET", "tres-secret")
    (tmp_path / "partageons.toml").write_text('name = "Réseau [test]"')
    said = run("config")
    lines = {line.split()[0]: line for line in said.splitlines() if line.strip()}
    assert lines.keys() >= {setting.key for setting in SETTINGS}
    assert "Réseau [test]" in lines["name"] and "partageons.toml" in lines["name"]
    assert "défaut" in lines["node"] and "PARTAGEONS_ALLOW_HOSTS" in lines["allow_hosts"]
    assert "(défini)" in lines["secret"] and "tres-secret" not in said


@pytest.mark.parametrize(
    ("text", "told"),
    [("name = ", "partageons.toml n'est pas"), ("nom = 1", "« nom »"), ('base_url = "exemple"', "base_url")],
)
def test_settings_that_cannot_be_used(run, tmp_path, text, told):
    (tmp_path / "partageons.toml").write_text(text)
    for command in ("config", "check", "harvest", "status", "serve"):
        said = run(command, code=1)
        assert said.startswith("Erreur :") and told in said and said.count("\n") == 1


def test_add_shows_then_writes(run, site, tmp_path):
    url = site.url("/data.json")
    said = run("add", url, "--dry-run")
    assert "Fiche 1" in said and "(--dry-run)" in said and not (tmp_path / "mappings").exists()
    said = run("add", url, "--id", "mares")
    assert f"Écrit : {tmp_path / 'mappings' / 'mares.toml'}" in said and "partageons harvest mares" in said
    table = tomllib.loads((tmp_path / "mappings" / "mares.toml").read_text())["source"]
    assert (table["id"], table["kind"], table["url"]) == ("mares", "json_api", url)
    assert "« mares » existe déjà" in run("add", url, "--id", "mares", code=1)
    (tmp_path / "mappings" / "cassee.toml").write_text("[source")
    assert "cassee.toml existe déjà" in run("add", url, "--id", "cassee", code=1)


def test_add_in_json(run, site, tmp_path):
    site.put([{"id": 1, "titre": "Fiche [bold]", "secret_interne": "x"}])
    said = json.loads(run("add", site.url("/data.json"), "--id", "a", "--json"))
    assert said.keys() == {
        *("id", "kind", "url", "options", "why", "others", "mapping", "mapping_file", "records", "unmapped", "problems")
    }
    assert (tmp_path / "mappings" / "a.toml").read_text() == said["mapping"]
    assert said["mapping_file"] == str(tmp_path / "mappings" / "a.toml")
    assert [record["title"] for record in said["records"]] == ["Fiche [bold]"] and "secret_interne" in said["unmapped"]
    assert "Fiche [bold]" in run("add", site.url("/data.json"), "--id", "b")


@pytest.mark.parametrize("name", ["Mon site", "../dehors", "é", "a" * 41])
def test_add_refuses_names_that_are_not_ids(run, site, tmp_path, name):
    assert "lettres minuscules" in run("add", site.url("/data.json"), "--id", name, code=1)
    assert list(tmp_path.rglob("*.toml")) == []


def test_add_says_what_is_wrong_with_an_address(run, site):
    site.fail(500)
    for address in (site.url("/data.json"), site.url("/rien"), "http://127.0.0.1:9/", "pas une adresse", "ftp://x.fr/"):
        said = run("add", address, code=1)
        assert said.startswith("Erreur :") and said.count("\n") == 1, address


def test_check(run, source, tmp_path):
    assert run("check").startswith("✓ a (json_api) http")
    broken = tmp_path / "mappings" / "b.toml"
    broken.write_text('[source]\nid = "b"\nkind = "grimoire"\nurl = "https://b.fr/"')
    said = run("check", code=1)
    assert "✓ a" in said and "✗ b.toml : [source] kind « grimoire » inconnu." in said
    broken.write_text('[source]\nid = "b"\nkind = "csv_file"\nurl = "https://b.fr/"\n[fields]\ntitre = "x"')
    assert "✗ b.toml" in run("check", code=1)


def test_no_source_yet(run):
    assert "Aucune source" in run("check") and "Aucune source" in run("harvest")
    assert json.loads(run("harvest", "--json")) == json.loads(run("status", "--json")) == []


def test_harvest_in_json(run, source, site):
    (first,) = json.loads(run("harvest", "--json"))
    assert first.keys() == SUMMARY
    assert (first["source"], first["complete"], first["seen"], first["created"]) == ("a", True, 3, 3)
    site.put([*items(1, 2), {"id": 4, "lien": "https://a.exemple.fr/4"}])
    (second,) = json.loads(run("harvest", "a", "--json"))
    assert (second["unchanged"], second["absent"], second["withdrawn"]) == (2, 1, 0)
    assert [problem.keys() for problem in second["problems"]] == [{"item", "message"}]
    assert second["problems"][0]["item"] == "4"


def test_harvest_in_words(run, source, site):
    assert "✓ a : 3 nouvelles" in run("harvest")
    assert "✓ a : 3 inchangées" in run("harvest", "--full")
    site.fail(500)
    said = run("harvest", code=1)
    assert "✗ a : rien" in said and "500" in said
    (summary,) = json.loads(run("harvest", "--json", code=1))
    assert (summary["complete"], summary["withdrawn"]) == (False, 0) and len(summary["problems"]) == 1


def test_harvest_of_one_source_leaves_the_others(run, source, site):
    run("add", site.url("/other.json"), "--id", "b")
    assert [summary["source"] for summary in json.loads(run("harvest", "b", "--json"))] == ["b"]
    assert {row["source"]: row["live"] for row in json.loads(run("status", "--json"))} == {"a": 0, "b": 3}
    assert "« c » n'existe pas. Sources : a, b." in run("harvest", "c", code=1)


def test_a_broken_file_costs_only_itself(run, source, tmp_path):
    (tmp_path / "mappings" / "b.toml").write_text("[source")
    said = run("harvest", code=1)
    assert "✓ a : 3 nouvelles" in said and "✗ b.toml" in said


def test_status(run, source, site):
    assert json.loads(run("status", "--json"))[0]["last_visit"] == ""
    run("harvest")
    site.fail(404)
    run("harvest", code=1)
    (row,) = json.loads(run("status", "--json"))
    assert (row["source"], row["kind"], row["live"], row["complete"]) == ("a", "json_api", 3, False)
    assert row["last_visit"] >= row["last_success"] > "2020" and len(row["problems"]) == 1
    (line,) = [line for line in run("status").splitlines() if line.split()[:1] == ["a"]]
    assert line.split()[1:3] == ["json_api", "3"]


# Those that hold no title of records that are nowhere and at no date, or hide it in a compressed file.
UNTITLED = {"dcat", "dcat_ttl", "dcat_xml", "gogocarto", "ics", "umap", "xlsx"}


@pytest.mark.parametrize("name", sorted(set(WRITERS) - UNTITLED))
def test_export(run, source, site, name):
    run("harvest")
    run("add", site.url("/other.json"), "--id", "b")
    run("harvest")
    everything, one = run("export", name), run("export", name, "--source", "a")
    assert [everything.count(f"Fiche {n}") for n in (1, 2, 3)] == [2 * one.count(f"Fiche {n}") for n in (1, 2, 3)]
    assert one.count("Fiche 3") >= 1
    assert "« c » n'existe pas" in run("export", name, "--source", "c", code=1)


def test_export_of_a_workbook(run, source):
    run("harvest")
    with ZipFile(BytesIO(bytes_of("export", "xlsx"))) as book:
        assert b"Fiche 3" in book.read("xl/worksheets/sheet1.xml")


def test_export_of_what_a_target_receives(run, source, site, tmp_path):
    run("add", site.url("/other.json"), "--id", "b")
    run("harvest")
    (tmp_path / "mappings" / "amis.toml").write_text('[target]\npartner = "b"\n[target.fields]\ntitle = "Nom"\n')
    rows = run("export", "csv_file", "--target", "b").splitlines()
    assert rows[0].lstrip("\ufeff").startswith("Nom;Identifiant;") and len(rows) == 4
    assert all(";a:" in row for row in rows[1:])
    assert "« x » n'existe pas" in run("export", "csv_file", "--target", "x", code=1)
    assert "ne vont pas ensemble" in run("export", "csv_file", "--target", "b", "--source", "a", code=2)


def test_export_names_sources_by_their_title(run, source, tmp_path):
    path = tmp_path / "mappings" / "a.toml"
    path.write_text(path.read_text().replace('"127.0.0.1"', '"Centre du Lac"'))
    run("harvest")
    assert run("export", "oai_dc").count("<dc:source>Centre du Lac</dc:source>") == 3


def bytes_of(*arguments: str) -> bytes:
    """What a command writes, as it is."""
    return bytes(CliRunner().invoke(main, arguments).stdout_bytes)


def live(run: Run) -> list[str]:
    return sorted(row["id"] for row in json.loads(run("export", "json_flat")) if row["status"] == "live")


def test_forget(run, source, site, tmp_path):
    run("add", site.url("/other.json"), "--id", "b")
    run("harvest")
    run("forget", "a", code=1, typed="n\n")
    assert len(live(run)) == 6
    said = run("forget", "a", "--yes")
    assert "3 fiches retirées." in said and str(tmp_path / "mappings" / "a.toml") in said
    assert live(run) == ["b:1", "b:2", "b:3"]
    assert "« c » n'existe pas" in run("forget", "c", "--yes", code=1)


def test_forget_leaves_no_word(run, source, site, tmp_path):
    site.put([{"id": 1, "titre": "Crapaud sonneur", "lien": "https://a.exemple.fr/crapaud"}])
    run("harvest")
    run("forget", "a", "--yes")
    kept = {path: path.read_bytes() for path in (tmp_path / "var").rglob("*") if path.is_file()}
    assert kept and [path for path, data in kept.items() if b"Crapaud" in data or b"crapaud" in data] == []


def test_oppose(run, source):
    run("harvest")
    assert "a:2 ne sera plus montrée" in run("oppose", "a:2")
    for _ in "12":
        assert live(run) == ["a:1", "a:3"]
        run("wipe", "--yes")
        run("harvest")
    assert "n'est pas connue" in run("oppose", "a:22", code=1)


def test_wipe_then_harvest_gives_the_same(run, source):
    run("harvest")
    before = {name: run("export", name) for name in WRITERS}
    run("wipe", code=1, typed="n\n")
    assert live(run) == ["a:1", "a:2", "a:3"]
    assert "partageons harvest" in run("wipe", typed="y\n")
    assert live(run) == []
    run("harvest")
    assert {name: run("export", name) for name in WRITERS} == before


def test_data_that_cannot_be_used(run, source, tmp_path):
    run("harvest")
    for path in tmp_path.glob("var/*.sqlite*"):
        path.write_bytes(b"ceci n'est pas une base" * 100)
    for command in ("harvest", "status", "serve"):
        said = run(command, code=1)
        assert said.startswith("Erreur :") and said.count("\n") == 1


# As processes


@pytest.fixture
def terminal(tmp_path, site) -> Terminal:
    return Terminal(tmp_path, hosts=(f"127.0.0.1:{site.server_port}",))


def ask(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def wait(condition: Callable[[], bool], seconds: float = 15) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


def children(pid: int) -> list[int]:
    """The processes under this one, through /proc."""
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True).stdout.split()
    return [child for one in map(int, found) for child in (one, *children(one))]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout
    return not state.startswith("Z")


def test_a_first_day(terminal, site):
    """The commands of the first page of the documentation, typed one after the other."""
    assert "Collectif prêt" in terminal("init", ".")
    terminal("add", site.url("/data.json"), "--id", "a")
    terminal("check")
    (summary,) = terminal.json("harvest")
    assert summary["created"] == 3
    with terminal.serve() as served:
        status, page = ask(served.url)
        assert status == 200 and "Fiche 2" in page
        assert "<repositoryName>" in ask(f"{served.url}oai?verb=Identify")[1]
        site.put(items(1, 2, 3, 4))
        terminal.json("harvest")  # beside the service, which sees it at once
        assert "Fiche 4" in ask(served.url)[1]
    assert served.process.returncode == 0


def test_serving_without_a_source(terminal):
    with terminal.serve() as served:
        for path in ("", "en/", "formats", "sources", "feed.atom", "oai?verb=Identify", "robots.txt"):
            assert ask(served.url + path)[0] == 200, path


def test_the_service_harvests_what_is_due(terminal, site):
    terminal("add", site.url("/data.json"), "--id", "a")
    with terminal.serve() as served:
        wait(lambda: "Fiche 3" in ask(served.url)[1])
        # A partner that joins while the service runs.
        terminal("add", site.url("/other.json"), "--id", "b")
        wait(lambda: ask(f"{served.url}fiche/b:1")[0] == 200)


def test_serving_without_harvesting(terminal, site):
    terminal("add", site.url("/data.json"), "--id", "a")
    asked = len(site.seen)
    with terminal.serve("--no-refresh") as served:
        time.sleep(1.5)
        assert ask(served.url)[0] == 200 and len(site.seen) == asked


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_the_whole_tree_ends(terminal, sign):
    with terminal.serve("--workers", "2") as served:
        tree = children(served.process.pid)
        assert len(tree) >= 3  # two workers, the refresher
        port = int(served.url.rstrip("/").rpartition(":")[2])
        served.process.send_signal(sign)
        code = served.process.wait(15)
        assert code == (-signal.SIGKILL if sign == signal.SIGKILL else 0)
        wait(lambda: not any(map(alive, tree)), 8)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))


def test_a_slow_partner_does_not_keep_the_service_from_ending(terminal, site):
    terminal("add", site.url("/data.json"), "--id", "a")
    asked = len(site.seen)

    def slow(_: object) -> None:
        time.sleep(40)

    site.pages["/data.json"] = slow
    with terminal.serve() as served:
        wait(lambda: len(site.seen) > asked + 1)  # robots.txt, then the list
        tree = children(served.process.pid)
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(20) == 0
        wait(lambda: not any(map(alive, tree)), 5)


def test_a_port_that_is_taken(terminal, site):
    said = terminal("serve", "--port", str(site.server_port), code=1)
    assert said.startswith("Erreur :") and "--port" in said and said.count("\n") == 1
    said = terminal("serve", "--host", "192.0.2.1", "--port", "0", code=1)
    assert said.startswith("Erreur :") and said.count("\n") == 1


def test_a_reader_that_leaves_is_no_error(terminal, site):
    site.put(items(*range(3000)))
    terminal("add", site.url("/data.json"), "--id", "a")
    terminal("harvest")
    command = [*terminal.program, "export", "json_flat"]
    with subprocess.Popen(
        command, cwd=terminal.folder, env=terminal.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout and process.stderr
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
