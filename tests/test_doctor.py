"""``partageons doctor``: each thing that may be wrong is told when it is, and not when it is not."""

from __future__ import annotations

import json
import stat
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from bridge import accounts, doctor
from bridge.collective import Collective
from bridge.config import Settings, load
from bridge.doctor import Facts, checks, examine
from bridge.doctor import sources as about_sources
from bridge.fetch import Fetcher
from bridge.record import Problem
from bridge.store import Rhythm, SourceState
from bridge.store.notices import Notices
from tests.web_server import WebServer

AT = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
GOOD = {
    "PARTAGEONS_BASE_URL": "https://pont.exemple.fr/",
    "PARTAGEONS_ADMIN_EMAIL": "contact@exemple.fr",
    "PARTAGEONS_TRUSTED_PROXIES": "1",
    "PARTAGEONS_SMTP": "smtp://localhost",
}


@pytest.fixture
def good(collective: Collective, add_source: Any, tmp_path: Path) -> Facts:
    """A collective where nothing is wrong."""
    add_source("a", source_more='agreement = { date = 2026-01-05 }\n[expect]\nevery = "30d"')
    return Facts(
        settings=load(tmp_path, GOOD),
        at=AT,
        sources=dict(collective.sources),
        states={"a": STATE},
        newest={"a": "2026-11-01T12:00:00Z"},
        administrators=1,
        updated="2026-11-25T11:59:00Z",
        committed=40,
        indexed=40,
        disk_free=200 << 30,
        disk_size=400 << 30,
        heartbeat=1.0,
        skew=0.4,
    )


STATE = SourceState(
    id="a",
    last_visit="2026-11-25T11:00:00Z",
    last_success="2026-11-25T11:00:00Z",
    unreachable_since="",
    complete=True,
    live=40,
    withdrawn=0,
    absent=0,
    held_back=0,
    problems=(),
    unplaced={},
)


def test_nothing_is_said_where_nothing_is_wrong(good: Facts) -> None:
    assert examine(good) == []


def settings(**environ: str) -> Mapping[str, Settings]:
    variables = {f"PARTAGEONS_{key.upper()}": value for key, value in environ.items()}
    return {"settings": load(Path("/srv/pont"), {**GOOD, **variables})}


def state(**values: Any) -> Mapping[str, Mapping[str, SourceState]]:
    return {"states": {"a": replace(STATE, **values)}}


AWAY = Problem("Le site a.exemple.fr répond 503.")
DATA = Path("/srv/pont/var")


@pytest.mark.parametrize(
    ("check", "change", "gravity", "message", "remedy"),
    [
        (
            "settings",
            settings(base_url="", node="pont.exemple.fr"),
            "à corriger",
            "L'adresse publique du pont n'est pas fixée",
            "base_url",
        ),
        ("settings", settings(base_url="http://pont.exemple.fr"), "grave", "sans chiffrement", "https"),
        ("settings", settings(trusted_proxies="0"), "à corriger", "aucun serveur mandataire", "trusted_proxies = 1"),
        ("settings", settings(node="partageons.localhost"), "à corriger", "« partageons.localhost »", "Fixez node"),
        ("settings", settings(admin_email="contact@partageons.localhost"), "à corriger", "contact", "admin_email"),
        ("settings", settings(smtp=""), "à savoir", "Aucun serveur de courrier", "smtp"),
        ("settings", settings(allow_hosts="10.0.0.8"), "à savoir", "10.0.0.8", "allow_hosts"),
        ("mail", {"mail": "Le serveur de courrier localhost ne répond pas."}, "à corriger", "ne répond pas", "smtp"),
        ("mappings", {"broken": {"b.toml": "b.toml : ligne 3."}}, "à corriger", "b.toml : ligne 3.", "corrigez"),
        ("mappings", {"sources": {}}, "à savoir", "Aucune source", "partageons add"),
        ("sources", {"states": {}}, "à corriger", "« a » n'a jamais été visitée", "partageons harvest a"),
        ("sources", state(last_visit=""), "à corriger", "« a » n'a jamais été visitée", "partageons harvest a"),
        (
            "sources",
            state(unreachable_since="2026-11-20T08:00:00Z", problems=(AWAY,)),
            "à corriger",
            "« a » n'a pas pu être lue en entier depuis le 2026-11-20 : Le site a.exemple.fr répond 503.",
            "partageons check a",
        ),
        ("sources", state(unreachable_since="2026-10-01T08:00:00Z"), "grave", "depuis le 2026-10-01.", "check a"),
        ("sources", state(held_back=12), "à corriger", "12 fiches de « a »", "partageons release a"),
        ("sources", state(live=0), "à corriger", "« a » ne donne aucune fiche", "partageons check a"),
        ("sources", {"newest": {"a": "2026-08-01T12:00:00Z"}}, "à savoir", "rien changé depuis le 2026-08-01", "every"),
        ("sources", state(rhythm=Rhythm(pings=4, missed=3)), "à corriger", "annonce mal ses changements", "extension"),
        ("accounts", {"administrators": 0}, "à corriger", "Aucun compte d'administration", "partageons account add"),
        ("notices", {"notices": {"held": 2, "dead": 1}}, "à savoir", "3 choses attendent", "/coordination"),
        ("deliveries", {"dead": {"agences": 3}}, "à corriger", "3 envois vers « agences »", "partageons deliveries"),
        (
            "deliveries",
            {"stopped": {"agences": "410."}},
            "à corriger",
            "Plus rien n'est envoyé à « agences » : 410.",
            "",
        ),
        ("disk", {"disk_free": 100 << 20}, "grave", "il reste 0,1 Gio", "place"),
        ("disk", {"disk_free": 4 << 30}, "à corriger", "il reste 4,0 Gio", "place"),
        ("rights", {"loose": (DATA,), **settings()}, "à corriger", f"peuvent lire {DATA}", "doctor --fix"),
        (
            "rights",
            {"loose": (DATA / "secret",), "open": True, **settings()},
            "grave",
            "var/secret",
            "doctor --fix",
        ),
        ("rights", {"loose": (Path("/srv/pont/partageons.toml"),), **settings()}, "grave", "partageons.toml", "--fix"),
        ("rights", {"foreign": (DATA / "writer.lock",), **settings()}, "à corriger", "n'appartient pas", "chown"),
        ("clock", {"updated": "2026-11-25T12:30:00Z"}, "à corriger", "l'horloge a reculé", "Réglez l'heure"),
        ("clock", {"skew": 45.0}, "à corriger", "avance de 45 s", "Réglez l'heure"),
        ("clock", {"skew": -400.0}, "grave", "retarde de 400 s", "Réglez l'heure"),
        ("clock", {"paris": False}, "à corriger", "L'heure de Paris", "tzdata"),
        ("database", {"damage": "row 3 missing from index"}, "grave", "row 3 missing", "partageons restore"),
        ("database", {"committed": 400}, "à corriger", "ignore les 360 derniers changements", "partageons harvest"),
        ("database", {"indexed": 0}, "à corriger", "ignore les 40", "Lancez le service"),
        ("refresher", {"heartbeat": None}, "à corriger", "n'a jamais tourné", "partageons serve"),
        ("refresher", {"heartbeat": 7300.0}, "à corriger", "est arrêté depuis 2 heures", "partageons serve"),
    ],
)
def test_what_is_wrong_is_told_with_what_to_do(
    good: Facts, check: str, change: Mapping[str, Any], gravity: str, message: str, remedy: str
) -> None:
    (found,) = examine(replace(good, **change))
    assert (found.gravity, found.check) == (gravity, check)
    assert message in found.message and remedy in found.remedy
    assert found.message[0].isupper() or found.message[0] in "«1234567890b", found.message


@pytest.mark.parametrize(
    "change",
    [
        settings(base_url="http://127.0.0.1:8000/", node="pont.exemple.fr"),
        {"broken": {}, "newest": {"a": "2026-09-10T12:00:00Z"}},
        state(rhythm=Rhythm(pings=40, missed=3)),
        {"committed": 0, "indexed": 0},
        {"committed": 45},
        {"disk_free": 6 << 30},
        {"loose": (DATA / "secret", DATA / "partageons.sqlite"), **settings()},  # nobody gets into the folder
        {"skew": None},
        {"updated": ""},
    ],
)
def test_what_is_as_it_should_be_is_not_told(good: Facts, change: Mapping[str, Any]) -> None:
    assert examine(replace(good, **change)) == []


def test_an_old_agreement_is_worth_a_look(good: Facts) -> None:
    source = replace(good.sources["a"], agreement={"date": date(2019, 5, 1), "scope": "", "contact": ""})
    (found,) = about_sources.sources(replace(good, sources={"a": source}))
    assert "plus de cinq ans (2019-05-01)" in found.message


def test_the_gravest_comes_first(good: Facts) -> None:
    found = examine(replace(good, disk_free=0, administrators=0, notices={"held": 1}))
    assert [each.gravity for each in found] == list(doctor.GRAVITIES)


def test_every_check_is_made() -> None:
    made = {check.__name__ for check in checks.CHECKS}
    named = {
        name
        for module in (checks, about_sources)
        for name, value in vars(module).items()
        if callable(value) and not name.startswith("_") and value.__module__ == module.__name__ and name != "examine"
    }
    assert made == named


# A real collective


def gathered(here: Collective, network: Fetcher | None = None) -> Facts:
    return doctor.gather(here, here.settings.data.parent, here.settings.data / "refresher.alive", network)


def test_facts_are_those_of_the_collective(collective: Collective, add_source: Any, web: Any, harvest: Any) -> None:
    add_source("a")
    web.put("https://a.exemple.fr/data.json", [{"id": 1, "titre": "Une", "lien": "https://a.exemple.fr/1"}])
    harvest()
    (collective.settings.mappings / "b.toml").write_text("[source]\n", encoding="utf-8")
    accounts.add(collective, "Camille", "administrator", (), "haies-vives-et-mares", "cli")
    with collective.store.writing() as writing:
        Notices(writing).tell("held", "a", "Retenues.")
    facts = gathered(collective)
    assert set(facts.sources) == {"a"} and set(facts.broken) == {"b.toml"} and facts.states["a"].live == 1
    assert facts.newest["a"] == facts.updated != "" and facts.committed == facts.indexed > 0
    assert (facts.administrators, facts.notices, facts.damage, facts.heartbeat) == (1, {"held": 1}, "", None)
    assert facts.disk_size > facts.disk_free > 0 and facts.paris and (facts.skew, facts.mail) == (None, "")
    (collective.settings.data / "refresher.alive").touch()
    alive = gathered(collective).heartbeat
    assert alive is not None and 0 <= alive < 60


def test_what_is_made_is_private_and_what_is_not_is_told_then_closed(collective: Collective, tmp_path: Path) -> None:
    data = collective.settings.data
    assert collective.secret and stat.S_IMODE(data.stat().st_mode) == 0o700
    assert not {each.name for each in data.iterdir() if each.stat().st_mode & 0o077}
    assert gathered(collective).loose == ()
    data.chmod(0o755)
    (data / "secret").chmod(0o644)
    facts = gathered(collective)
    assert set(facts.loose) == {data, data / "secret"} and facts.open
    (found,) = checks.rights(facts)
    assert found.gravity == "grave"
    assert set(doctor.close(facts.loose)) == {data, data / "secret"}
    assert gathered(collective).loose == ()


def test_settings_that_hold_a_password_are_private(tmp_path: Path) -> None:
    (tmp_path / "partageons.toml").write_text('smtp = "smtp://u:motdepasse@localhost"\n', encoding="utf-8")
    (tmp_path / "partageons.toml").chmod(0o644)
    here = Collective(load(tmp_path, {}))
    try:
        assert gathered(here).loose == (tmp_path / "partageons.toml",)
    finally:
        here.close()


def test_a_damaged_database_is_told(collective: Collective) -> None:
    with collective.store.writing() as writing:
        for number in range(500):
            Notices(writing).tell("twice", f"{number}", "haie" * 50)
    collective.close()
    path = collective.settings.data / "partageons.sqlite"
    body = bytearray(path.read_bytes())
    spoiled = [at for at in range(0, len(body), 8192) if body[at : at + 8192].count(b"haie") > 100][2]
    body[spoiled : spoiled + 16] = bytes(16)
    path.write_bytes(body)
    again = Collective(collective.settings)
    try:
        facts = gathered(again)
        assert facts.damage and [each.check for each in examine(facts)] == ["database"]
    finally:
        again.close()


def test_with_the_network_the_clock_and_the_mail_server_are_asked(collective: Collective, add_source: Any) -> None:
    late = datetime.now(UTC) - timedelta(seconds=500)
    with WebServer() as site:
        site.pages["/data.json"] = (200, {"X-Date": "x"}, b"[]")

        def dated(handler: Any) -> None:
            handler.wfile.write(
                f"HTTP/1.1 200 OK\r\nDate: {format_datetime(late, usegmt=True)}\r\nContent-Length: 2\r\n\r\n[]".encode()
            )

        site.pages["/data.json"] = dated
        add_source("a", url="http://127.0.0.1:1/data.json")
        add_source("b", url=site.url("/data.json"))
        collective.settings = replace(collective.settings, smtp="smtp://127.0.0.1:1")
        facts = gathered(collective, Fetcher([f"127.0.0.1:{site.server_port}"]))
    assert facts.skew is not None and 490 < facts.skew < 560
    assert "ne répond pas" in facts.mail
    assert gathered(collective).mail == "", "nobody is asked unless it is wanted"


# The command


def test_the_command_says_it_in_french_or_json_and_by_its_code(run: Any, tmp_path: Path, monkeypatch: Any) -> None:
    assert "Aucun collectif dans ce dossier" in run("doctor", code=1)
    assert not (tmp_path / "var").exists()
    (tmp_path / "mappings").mkdir()
    said = run("doctor", code=1)
    assert "L'adresse publique du pont n'est pas fixée" in said and "→ Écrivez base_url" in said
    told = json.loads(run("doctor", "--json", code=1))
    assert not told["ok"] and {"gravity", "check", "message", "remedy"} == set(told["findings"][0])
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PARTAGEONS_ALLOW_HOSTS")
    run("account", "add", "Camille", "--role", "administrator", "--generate")
    assert "Aucune source" in run("doctor")
    assert json.loads(run("doctor", "--json"))["ok"]
    (tmp_path / "var").chmod(0o755)
    assert "Fermez-les" in run("doctor", code=1)
    assert "Fermez-les" not in run("doctor", "--fix")
    (tmp_path / "var" / "partageons.sqlite").write_bytes(b"pas une base" * 100)
    broken = json.loads(run("doctor", "--json", code=1))["findings"]
    assert [each["gravity"] for each in broken] == ["grave"] and "base de données" in broken[0]["message"]


def test_findings_never_show_a_secret(collective: Collective) -> None:
    collective.settings = replace(
        collective.settings, smtp="smtp://pont:motdepasse@127.0.0.1:1", secret="tres-secret", database=""
    )
    said = json.dumps([each._asdict() for each in examine(gathered(collective, Fetcher()))])
    assert "motdepasse" not in said and "tres-secret" not in said
