"""What whoever keeps the service sees: its log, whether it is ready, its figures, and what others cannot read."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import signal
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.test import Client

from bridge import __version__, logs
from bridge.collective import Collective
from bridge.config import load
from bridge.errors import StoreError
from bridge.store import Store
from bridge.store.notices import Notices
from bridge.web import create_app, health, metrics
from bridge.web.page_cache import PageCache

# The log

Said = Callable[[], list[str]]


@pytest.fixture
def log(request: pytest.FixtureRequest) -> Iterator[tuple[logging.Logger, Said]]:
    """A logger, and the lines it wrote."""
    root, stream = logging.getLogger(), io.StringIO()
    before = root.handlers[:], root.level
    logs.set_up(getattr(request, "param", "text"), "info", stream)
    yield logging.getLogger("partageons"), lambda: stream.getvalue().splitlines()
    root.handlers[:], root.level = before


in_json = pytest.mark.parametrize("log", ["json"], indirect=True)


def test_people_read_one_line_for_each_event(log: Any) -> None:
    logger, said = log
    logs.event(logger, "visit", source="parc", complete=True, seen=12, seconds=0.12345)
    logger.warning("Le site %s répond 503.", "a.exemple.fr")
    logger.debug("pas ici")
    first, second = said()
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ INFO partageons visit source=parc complete=True seen=12 seconds=0.123", first
    )
    assert second.endswith("WARNING partageons Le site a.exemple.fr répond 503.")


@in_json
def test_programs_read_one_object_a_line(log: Any) -> None:
    logger, said = log
    logs.event(logger, "visit", source="parc", seen=12, seconds=0.12345, message="ne cache pas l'événement")
    try:
        raise ValueError("voilà\nsur deux lignes")
    except ValueError:
        logger.exception("raté")
    first, second = map(json.loads, said())
    at = first.pop("time")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", at)
    assert first == {
        "level": "info",
        "logger": "partageons",
        "message": "visit",
        "source": "parc",
        "seen": 12,
        "seconds": 0.123,
    }
    assert second["message"] == "raté" and "voilà\nsur deux lignes" in second["trace"]


SECRETS = (
    "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
    "Authorization: Basic cG9udDpzZWNyZXQ=",
    "{'Authorization': 'Bearer abcdef123456', 'X': 'y'}",
    '"authorization": "Token abcdef123456"',
    "Cookie: session=abcdef123456; autre=cG9udDpzZWNyZXQ=",
    "envoyé avec Bearer abcdef123456",
    "smtp://pont:abcdef123456@courrier.exemple.fr:587",
    "https://abcdef123456@exemple.fr/",
    "postgresql+psycopg://pont:abcdef123456@localhost/pont",
)


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("log", ["text", "json"], indirect=True)
def test_secrets_that_slip_in_are_masked(log: Any, secret: str) -> None:
    logger, said = log
    logger.error("refusé : %s", secret)
    logs.event(logger, "delivery", target=secret)
    try:
        raise ValueError(secret)
    except ValueError:
        logger.exception("raté")
    everything = "\n".join(said())
    for hidden in ("C2FVsBQIhrscChlQIMV", "cG9udDpzZWNyZXQ", "abcdef123456"):
        assert hidden not in everything
    assert "…" in everything and len(said()) >= 3


def test_what_is_no_secret_is_left_alone() -> None:
    for text in (
        "https://exemple.fr/oai?verb=Identify&x=a@b",
        "Le site a.exemple.fr demande une authentification basic.",
        "contact@exemple.fr",
    ):
        assert logs.masked(text) == text


def test_nothing_can_forge_a_line(log: Any) -> None:
    logger, said = log
    logger.info("un titre\n2026-01-01T00:00:00Z ERROR partageons faux\r\x1b[31m")
    logs.event(logger, "visit", source="a\nb c=d")
    assert len(said()) == 2 and "\x1b" not in "".join(said())
    assert said()[1].endswith(r'source="a\\nb c=d"')


# Health

Get = Callable[..., Any]


@pytest.fixture
def get(collective: Collective) -> Get:
    app = create_app(collective)

    def get(path: str, status: int = 200, expects: bool = False, **environ: str) -> Any:
        if expects:
            health.expect_refresher(app)
        answer = app.test_client().get(path, environ_base=environ)
        assert answer.status_code == status, answer.get_data(as_text=True)
        assert answer.headers.get("Cache-Control") == "no-store" or status == 404
        return answer.get_json() if answer.is_json else answer.get_data(as_text=True)

    return get


@pytest.fixture
def harvested(add_source: Any, web: Any, harvest: Any) -> None:
    add_source("a")
    web.put("https://a.exemple.fr/data.json", [{"id": n, "titre": f"Titre {n}", "lien": "/"} for n in range(4)])
    harvest()


def test_it_lives_and_is_ready(harvested: None, get: Get) -> None:
    assert get("/healthz/live") == {"status": "alive"}
    assert get("/healthz/ready") == {
        "status": "ready",
        "checks": {"database": "ok", "index": "ok", "folder": "ok"},
    }
    assert get("/healthz")["records"] == 4


def test_a_store_that_cannot_be_read_is_told_but_the_process_lives(get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(store: Store) -> None:
        raise StoreError("Le disque est plein.")

    monkeypatch.setattr(Store, "snapshot", broken)
    assert get("/healthz/live") == {"status": "alive"}
    told = get("/healthz/ready", 503)
    assert told["status"] == "not ready" and told["checks"]["database"] == "Le disque est plein."
    assert get("/healthz", 503)["detail"] == "Le disque est plein."
    assert get("/metrics", 503)["detail"] == "Le disque est plein."


def test_an_index_that_is_missing_or_late_is_told(
    harvested: None, collective: Collective, get: Get, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "BEHIND", 2)
    for _ in range(3):
        with collective.store.writing() as writing:
            writing.touch()
    assert "ignore les 3 derniers" in get("/healthz/ready", 503)["checks"]["index"]
    collective.catch_up()
    assert get("/healthz/ready")["checks"]["index"] == "ok"
    collective.index.wipe()
    assert "en train d'être refait" in get("/healthz/ready", 503)["checks"]["index"]


def test_a_folder_that_cannot_be_written_is_told(
    collective: Collective, get: Get, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != collective.settings.data)
    assert "ne peut pas être écrit" in get("/healthz/ready", 503)["checks"]["folder"]


def test_a_refresher_that_is_expected_and_silent_is_told(collective: Collective, get: Get) -> None:
    assert "refresher" not in get("/healthz/ready")["checks"]
    assert "plus signe de vie" in get("/healthz/ready", 503, expects=True)["checks"]["refresher"]
    beat = collective.settings.data / "refresher.alive"
    beat.touch()
    assert get("/healthz/ready")["checks"]["refresher"] == "ok"
    os.utime(beat, (time.time() - 90, time.time() - 90))
    assert "plus signe de vie" in get("/healthz/ready", 503)["checks"]["refresher"]


# Figures


def figures(text: str) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    """As Prometheus reads them: each name, each set of labels, its value."""
    return {
        sample.name: {
            tuple(sorted(each.labels.items())): each.value for each in family.samples if each.name == sample.name
        }
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_figures_are_those_of_the_store(harvested: None, collective: Collective, get: Get, add_source: Any) -> None:
    add_source("b")
    (collective.settings.mappings / "c.toml").write_text("[source]\n", encoding="utf-8")
    with collective.store.writing() as writing:
        writing.withdraw(["a:3"])
        Notices(writing).tell("held", "a", "Retenues.")
    (collective.settings.data / "refresher.alive").touch()
    found = figures(get("/metrics"))
    source = ("source", "a")
    assert found["partageons_records"] == {(source, ("status", "live")): 3, (source, ("status", "withdrawn")): 1}
    healths = {dict(labels)["health"]: count for labels, count in found["partageons_sources"].items()}
    assert healths == {"ok": 1, "never": 1, "failing": 0, "held": 0}
    assert found["partageons_mapping_files_broken"] == {(): 1}
    assert found["partageons_build_info"][next(iter(found["partageons_build_info"]))] == 1
    assert ("version", __version__) in next(iter(found["partageons_build_info"]))
    assert found["partageons_notices"][(("kind", "held"),)] == 1
    assert found["partageons_commits_total"][()] == collective.store.seq
    assert found["partageons_index_behind_commits"][()] == collective.store.seq - collective.index.seq == 1
    assert found["partageons_database_size_bytes"][(("file", "database"),)] > 0
    assert found["partageons_disk_size_bytes"][()] > found["partageons_disk_free_bytes"][()] > 0
    assert 0 <= found["partageons_refresher_heartbeat_age_seconds"][()] < 60
    assert 0 <= found["partageons_source_last_success_age_seconds"][(source,)] < 60
    assert found["partageons_source_visit_late_seconds"][(source,)] == 0
    for name in ("source_pings_total", "source_pings_missed_total", "source_held_back_records", "subscribers"):
        assert set(found[f"partageons_{name}"].values()) == {0}, name


def test_every_figure_has_its_unit_or_is_a_count(harvested: None, collective: Collective) -> None:
    names = [metric.name for metric in metrics.figures(collective)]
    assert len(names) == len(set(names))
    for metric in metrics.figures(collective):
        assert metric.name.endswith("_total") == (metric.kind == "counter"), metric.name
        assert ("seconds" in metric.name) == metric.name.endswith("_seconds"), metric.name


def test_figures_hold_no_content_and_no_secret(harvested: None, collective: Collective, get: Get) -> None:
    text = get("/metrics")
    assert "Titre" not in text and collective.secret.decode() not in text and "exemple.fr" not in text


def test_a_name_cannot_break_the_figures() -> None:
    name = 'a"b\\c\nd'
    told = "".join(metrics._written(metrics.Metric("x", "gauge", "X.", [({"source": name}, 1)])))
    assert figures(told) == {"partageons_x": {(("source", name),): 1}}


def test_figures_are_for_this_network_only(get: Get) -> None:
    get("/metrics", 404, REMOTE_ADDR="192.0.3.7")
    get("/metrics", 404, REMOTE_ADDR="2a01:e0a::1")
    get("/metrics", 404, REMOTE_ADDR="pas une adresse")
    for address in ("127.0.0.1", "10.1.2.3", "192.168.0.9", "::1", "fd00::7"):
        assert "partageons_build_info" in get("/metrics", REMOTE_ADDR=address)


def test_however_many_ask_the_store_is_asked_once_in_a_while(
    collective: Collective, get: Get, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []
    monkeypatch.setattr(metrics, "figures", lambda here: written.append(here) or iter(()))
    for _ in range(20):
        get("/metrics")
    assert len(written) == 1
    kept, clock = metrics.Kept(lambda: clock[0]), [0.0]
    assert kept.text(lambda: "un") == kept.text(lambda: "deux") == "un"
    clock[0] = metrics.KEPT + 1
    assert kept.text(lambda: "trois") == "trois"


# The service itself


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Callable[..., tuple[str, subprocess.Popen[str]]]]:
    """``service(**environ)`` runs ``partageons serve``; its address and its process."""
    running: list[subprocess.Popen[str]] = []

    def start(**environ: str) -> tuple[str, subprocess.Popen[str]]:
        (tmp_path / "mappings").mkdir(exist_ok=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PARTAGEONS_")}
        process = subprocess.Popen(
            [sys.executable, "-m", "bridge.cli", "serve", "--port", "0", "--workers", "1"],
            cwd=tmp_path,
            env={**kept, "PYTHONPATH": str(Path(__file__).parents[1]), **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            umask=0o002,
        )
        running.append(process)
        assert process.stdout
        return process.stdout.readline().strip(), process

    yield start
    for process in running:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def answer(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as found:
            return found.status, found.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_a_service_is_ready_once_its_refresher_lives_and_keeps_its_files_to_itself(
    service: Any, tmp_path: Path
) -> None:
    address, process = service(PARTAGEONS_LOG_FORMAT="json")
    until = time.monotonic() + 30
    while (found := answer(f"{address}healthz/ready"))[0] != 200 and time.monotonic() < until:
        time.sleep(0.1)
    assert found[0] == 200 and json.loads(found[1])["checks"]["refresher"] == "ok"
    assert answer(f"{address}healthz/live")[0] == 200
    assert "partageons_refresher_heartbeat_age_seconds" in answer(f"{address}metrics")[1]
    open_to_others = {
        str(each.relative_to(tmp_path)) for each in (tmp_path / "var").rglob("*") if each.stat().st_mode & 0o077
    }
    assert not open_to_others and stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=30)
    for line in said.splitlines():
        assert {"time", "level", "message"} <= set(json.loads(line)), line


@pytest.mark.parametrize("proxies", ["0", "1"])
def test_what_a_visitor_claims_is_told_to_no_other(tmp_path: Path, proxies: str) -> None:
    """Headers that a proxy may hand on must not come out in a page that is kept for everybody."""
    (tmp_path / "mappings").mkdir()
    told = {"PARTAGEONS_BASE_URL": "https://pont.exemple.fr/", "PARTAGEONS_TRUSTED_PROXIES": proxies}
    here = Collective(load(tmp_path, told))
    try:
        client = Client(PageCache(create_app(here), lambda: 1))
        for header in ("Prefix", "Host", "Proto", "Port", "Server", "For"):
            for path in ("/", "/a-propos", "/formats", "/api/", "/pour/", "/robots.txt", "/sitemap.xml", "/feed.json"):
                asked = f"{path}?{header}"
                answer = client.get(asked, headers={f"X-Forwarded-{header}": "//mal.exemple"})
                assert answer.status_code == client.get(asked).status_code == 200
                assert "mal.exemple" not in client.get(asked).get_data(as_text=True), (header, path)
    finally:
        here.close()


def test_a_bad_setting_of_the_log_is_refused(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARTAGEONS_LOG_FORMAT", "xml")
    assert "text ou json" in run("config", code=1)
    monkeypatch.setenv("PARTAGEONS_LOG_FORMAT", "JSON")
    monkeypatch.setenv("PARTAGEONS_DATABASE", "sqlite:///x?password=motdepasse")
    shown = run("config")
    assert "json" in shown and "motdepasse" not in shown
