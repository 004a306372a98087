"""Copies delivered to a running YesWiki: in its own codes, found again whatever happened, left to who edits them.

See ``test_yeswiki`` for what the environment must say.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from bridge import delivering, undoing
from bridge.refresh import refresh
from bridge.store.journal import Journal
from bridge.writers.wikiword import tag
from tests.conftest import Web
from tests.delivery_rig import SOURCE, URL, Bridge, item
from tests.real import yeswiki
from tests.real.yeswiki import YesWiki, field
from tests.receiver import Receiver, Said, Sent
from tests.test_delivering import DELIVER

pytestmark = pytest.mark.yeswiki

VARIABLE = "PARTAGEONS_CLE_WIKI"
WORDS = '[target.values.themes]\n"Mares, étangs et zones humides" = "t-zones-humides"'
TITLE = "L’été « à Nîmes » & l’eau d'ici 🐸"
A, B = tag("a:1"), tag("a:2")


class Form:
    """A form of the wiki with the usual names, lists of its own, a photo, a map, fields that we know nothing of."""

    def __init__(self, wiki: YesWiki, *more: str, but: str = "", syntax: str = "wiki") -> None:
        themes = wiki.list("Thèmes", {"zh": "Mares, étangs et zones humides", "tvb": "Continuités écologiques"})
        fields = [
            field("texte", "bf_titre", "Nom de l'initiative", at7="text", at8="1"),
            field("textelong", "bf_description", "Description", at3="80", at4="8", at7=syntax),
            field("checkbox", themes, "Thèmes", at6="bf_themes"),
            field("tags", "bf_tags", "Mots-clés", at6="bf_tags"),
            field("image", "bf_image", "Photo", at3="140", at4="140", at5="600", at6="600", at7="right"),
            field("texte", "bf_local", "Ce que nous en disons", at7="text"),
            field("texte", "bf_secret", "Interne", at7="text", at11="@admins", at12="@admins"),
            field("map", "bf_latitude", "bf_longitude"),
        ]
        kept = [line for line in fields if not (but and but in line)]
        self.number = wiki.form("Copies", "\r\n".join([*kept, *more]))


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    found = yeswiki.described("B")["KEY"]
    monkeypatch.setenv(VARIABLE, found)
    return found


@pytest.fixture(scope="module")
def form(wiki_b: YesWiki) -> str:
    return Form(wiki_b).number


@pytest.fixture
def bridge(wiki_b: YesWiki, form: str, key: str, tmp_path: Path, web: Web) -> Iterator[Bridge]:
    found = Bridge(tmp_path, web, f"{urlsplit(wiki_b.url).netloc},localhost,127.0.0.1")
    declare(found, wiki_b.url, form)
    yield found
    found.close()
    for number in (*range(1, 10), 40):
        wiki_b.api("DELETE", f"api/pages/{tag(f'a:{number}')}")


def declare(bridge: Bridge, url: str, form: str) -> None:
    push = f'to = "yeswiki"\nurl = "{url}?PagePrincipale"\npassword = "{VARIABLE}"'
    bridge.target(push, f'form = {form}\n[target.select]\nsource = "a"\n{WORDS}')


class Between(Receiver):
    """What stands between the bridge and the wiki: passes on, or does what a test says."""

    def __init__(self, wiki: YesWiki) -> None:
        super().__init__(self.passed)
        self._wiki = wiki

    def passed(self, sent: Sent) -> Said:
        headers = {name: value for name, value in sent.headers.items() if name not in ("host", "accept-encoding")}
        url = self._wiki.url.rstrip("/") + sent.path
        answer = requests.request(sent.method, url, data=sent.body, headers=headers, timeout=60)
        return Said(answer.status_code, answer.content, {"Content-Type": answer.headers.get("Content-Type", "")})


@pytest.fixture
def between(wiki_b: YesWiki) -> Iterator[Between]:
    with Between(wiki_b) as running:
        yield running


def by_key(wiki: YesWiki, name: str, key: str) -> dict[str, Any]:
    """An entry as the owner of the key sees it."""
    answer = requests.get(
        wiki.address(f"api/entries/json/{name}"), headers={"Authorization": f"Bearer {key}"}, timeout=60
    )
    found: dict[str, Any] = answer.json()
    return found.get(name, {})


def saves(wiki: YesWiki, name: str) -> int:
    (row,) = wiki.sql(f"SELECT COUNT(*) AS n FROM #__pages WHERE tag = '{name}'")
    return int(row["n"])


def ours(wiki: YesWiki, form: str) -> set[str]:
    return {name for name in wiki.tags(form) if name.startswith("FicheA")}


# What arrives


def test_records_arrive_in_the_wikis_own_codes_and_say_where_they_are_from(
    bridge: Bridge, wiki_b: YesWiki, form: str, key: str
) -> None:
    bridge.harvest(item(1, TITLE, theme="Mares, étangs et zones humides", resume="Un étang & 3 < 4 mares."), item(2))
    assert bridge.acts() == [("create", "a:1"), ("create", "a:2")]
    entry = wiki_b.entry(A)
    assert entry["bf_titre"] == TITLE.replace("&", "&amp;")
    assert entry["bf_themes"] == "zh"
    assert entry["partageons_origine"] == f"{URL} 1"
    for part in ("Un étang", "https://a.exemple.fr/1", "Source A"):
        assert part in entry["bf_description"]
    (row,) = wiki_b.sql(f"SELECT value FROM #__triples WHERE resource = '{A}' AND property LIKE '%sourceUrl'")
    assert row["value"] == "https://pont.exemple.fr/fiche/a:1"
    shown = wiki_b.get(A).text
    assert "Mares, étangs et zones humides" in shown and "https://a.exemple.fr/1" in shown
    # The wiki looks for the page of an address that is encoded twice.
    twice = "https%253A%252F%252Fpont.exemple.fr%252Ffiche%252Fa%253A1"
    status, found = wiki_b.api("GET", f"api/entry/url/{twice}")
    assert (status, found) == (200, [wiki_b.address(A)])
    assert bridge.acts() == [] and saves(wiki_b, A) == 1


def test_an_entry_follows_its_record_and_goes_with_it(bridge: Bridge, wiki_b: YesWiki, form: str) -> None:
    bridge.harvest(item(1, TITLE), item(2))
    bridge.deliver()
    bridge.harvest(item(1, f"{TITLE} bis"), item(2))
    assert bridge.acts() == [("update", "a:1")]
    assert wiki_b.entry(A)["bf_titre"].endswith(" bis") and saves(wiki_b, B) == 1
    bridge.harvest(item(1, f"{TITLE} bis"))
    assert bridge.acts() == [("withdraw", "a:2")]
    assert ours(wiki_b, form) == {A}
    bridge.harvest(item(1, f"{TITLE} bis"), item(2))
    assert bridge.acts() == [("create", "a:2")] and ours(wiki_b, form) == {A, B}


def test_a_long_text_arrives_whole(bridge: Bridge, wiki_b: YesWiki) -> None:
    declare(bridge, wiki_b.url, Form(wiki_b, field("textelong", "bf_resultats", "Résultats", at7="wiki")).number)
    whole = 'keep = "full"\nagreement = { date = "2026-01-01" }\n[fields]\nlessons = "bilan"'
    bridge.write("a.toml", SOURCE.replace("[fields]", whole))
    bridge.harvest(item(1, bilan="Une haie & un étang. " * 2000))
    bridge.deliver()
    assert len(wiki_b.entry(A)["bf_resultats"]) > 20_000
    assert bridge.acts(everything=True) == [] and saves(wiki_b, A) == 1


def test_rich_texts_and_computed_titles(bridge: Bridge, wiki_b: YesWiki) -> None:
    number = Form(
        wiki_b,
        field("titre", "{{bf_nom}} (copie)", "Titre automatique"),
        field("texte", "bf_nom", "Titre", at7="text", at8="1"),
        but="bf_titre",
        syntax="html",
    ).number
    declare(bridge, wiki_b.url, number)
    bridge.harvest(item(1, "Une mare", resume="Étang & haie"))
    assert bridge.acts() == [("create", "a:1")]
    entry = wiki_b.entry(A)
    assert entry["bf_description"].startswith("<p>Étang &amp; haie</p><p>Source : ")
    assert '<a href="https://a.exemple.fr/1"' in entry["bf_description"]
    assert (entry["bf_nom"], entry["bf_titre"]) == ("Une mare", "Une mare (copie)")
    wiki_b.edit(A, {})
    bridge.harvest(item(1, "Une haie", resume="Étang & haie"))
    assert bridge.acts() == [("update", "a:1")] and wiki_b.entry(A)["bf_titre"] == "Une haie (copie)"


# What people did


def test_a_person_who_saves_without_a_change_changes_nothing(bridge: Bridge, wiki_b: YesWiki) -> None:
    bridge.harvest(item(1, TITLE, theme="Mares, étangs et zones humides"))
    bridge.deliver()
    wiki_b.edit(A, {})
    assert "partageons_origine" not in wiki_b.entry(A), "what is no field of the form goes"
    bridge.harvest(item(1, "Version 2"))
    assert bridge.acts() == [("update", "a:1")]
    assert wiki_b.entry(A)["partageons_origine"] == f"{URL} 1"


def test_what_people_changed_becomes_a_proposal_that_is_answered(
    bridge: Bridge, wiki_b: YesWiki, form: str, key: str
) -> None:
    bridge.harvest(item(1, TITLE), item(2))
    bridge.deliver()
    wiki_b.edit(A, {"bf_titre": "Le nôtre", "bf_local": "Vue avec l'école", "bf_secret": "Interne"})
    bridge.harvest(item(1, "Version 2"), item(2, "Version 2"))
    dry = {done.record: done for done in bridge.deliver(dry_run=True)}
    assert (dry["a:1"].act, dry["a:1"].said) == ("edited", "Nom de l'initiative")
    assert dry["a:2"].act == "update" and not bridge.proposals()
    assert bridge.acts() == [("edited", "a:1"), ("update", "a:2")]
    assert wiki_b.entry(A)["bf_titre"] == "Le nôtre" and "1 fiche" in bridge.notices("proposal")[0]

    (waiting,) = delivering.listed(bridge.here)
    assert (waiting.title, waiting.address) == ("Version 2", wiki_b.address(A))
    shown = delivering.compared(bridge.here, bridge.fetch.send, waiting.number)
    assert [tuple(each) for each in shown.differences] == [("Nom de l'initiative", "Le nôtre", "Version 2")]

    delivering.keep_theirs(bridge.here, waiting.number, "moi")
    assert not bridge.proposals() and not bridge.notices("proposal")
    assert bridge.acts(everything=True) == [] and wiki_b.entry(A)["bf_titre"] == "Le nôtre"
    bridge.harvest(item(1, "Version 3"), item(2, "Version 2"))
    assert bridge.acts() == [("edited", "a:1")], "the origin changed again"

    (waiting,) = delivering.listed(bridge.here)
    shown = delivering.compared(bridge.here, bridge.fetch.send, waiting.number)
    delivering.put_ours(bridge.here, waiting.number, shown.seen, "moi")
    assert bridge.acts() == [("update", "a:1")] and bridge.acts() == []
    entry = by_key(wiki_b, A, key)
    assert (entry["bf_titre"], entry["bf_local"], entry["bf_secret"]) == ("Version 3", "Vue avec l'école", "Interne")
    with bridge.here.store.snapshot() as snapshot:
        acts = Journal(snapshot).acts(9)
    assert [act.act for act in acts] == ["proposal replace", "proposal keep"]
    assert undoing.why_not(acts[0]) == "" and "Version" not in acts[0].before


def test_what_changed_after_it_was_looked_at_is_not_written_over(bridge: Bridge, wiki_b: YesWiki) -> None:
    bridge.harvest(item(1))
    bridge.deliver()
    wiki_b.edit(A, {"bf_titre": "Le nôtre"})
    bridge.harvest(item(1, "Version 2"))
    bridge.deliver()
    (waiting,) = delivering.listed(bridge.here)
    shown = delivering.compared(bridge.here, bridge.fetch.send, waiting.number)
    wiki_b.edit(A, {"bf_titre": "Le nôtre, mieux"})
    delivering.put_ours(bridge.here, waiting.number, shown.seen, "moi")
    assert bridge.acts() == [("edited", "a:1")]
    assert wiki_b.entry(A)["bf_titre"] == "Le nôtre, mieux" and bridge.proposals() == ["a:1"]


def test_a_photo_that_people_added_stays(bridge: Bridge, wiki_b: YesWiki, form: str) -> None:
    bridge.harvest(item(1))
    bridge.deliver()
    photo = "PartageonsMare_imagebf_image_mare.png"
    (wiki_b.folder / "files" / photo).write_bytes(yeswiki.IMAGE)
    kept = {name: value for name, value in wiki_b.entry(A).items() if isinstance(value, str)}
    wiki_b.post(form, {**kept, "imagebf_image": photo})
    assert wiki_b.entry(A)["imagebf_image"] == photo
    bridge.harvest(item(1, "Version 2"))
    assert bridge.acts() == [("edited", "a:1")]
    (waiting,) = delivering.listed(bridge.here)
    shown = delivering.compared(bridge.here, bridge.fetch.send, waiting.number)
    delivering.put_ours(bridge.here, waiting.number, shown.seen, "moi")
    bridge.deliver()
    entry = wiki_b.entry(A)
    assert (entry["bf_titre"], entry["imagebf_image"]) == ("Version 2", photo)
    (wiki_b.folder / "files" / photo).unlink()


def test_what_people_deleted_stays_away(bridge: Bridge, wiki_b: YesWiki, form: str) -> None:
    bridge.harvest(item(1))
    bridge.deliver()
    wiki_b.forget(A)
    bridge.harvest(item(1, "Version 2"))
    assert bridge.acts() == [("removed", "a:1")] and bridge.acts() == [] and A not in wiki_b.tags(form)


# What goes wrong


def killed(bridge: Bridge, moment: Callable[[], object]) -> None:
    """Deliver in a process of its own, killed without warning at a moment."""
    process = subprocess.Popen(
        [sys.executable, "-c", DELIVER, str(bridge.folder)], env={**os.environ, **bridge.environ}
    )
    try:
        yeswiki.wait(lambda: moment() or process.poll() is not None, 30, "the moment")
        assert process.poll() is None
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


@pytest.mark.parametrize("first", [True, False])
def test_a_crash_between_the_wikis_answer_and_our_memory_leaves_one_entry(
    bridge: Bridge, wiki_b: YesWiki, form: str, between: Between, first: bool
) -> None:
    declare(bridge, between.url(), form)
    bridge.harvest(item(1, TITLE, resume="a & b"))
    if not first:
        bridge.deliver()
        bridge.harvest(item(1, f"{TITLE} 2", resume="a & b"))
    done = threading.Event()

    def hang(sent: Sent) -> Said | None:
        said = between.passed(sent)
        if sent.method == "POST":
            done.set()
            time.sleep(1)
            return None
        return said

    between.answer = hang
    killed(bridge, done.is_set)
    between.answer = between.passed
    before = saves(wiki_b, A)
    assert before == (1 if first else 2)
    bridge.deliver()
    assert ours(wiki_b, form) == {A} and saves(wiki_b, A) == before
    bridge.harvest(item(1, "Version 3", resume="a & b"))
    assert bridge.acts() == [("update", "a:1")] and not bridge.proposals()


def test_an_error_after_the_entry_was_saved_leaves_one_entry(
    bridge: Bridge, wiki_b: YesWiki, form: str, between: Between
) -> None:
    declare(bridge, between.url(), form)
    bridge.harvest(item(1, TITLE))

    def late(sent: Sent) -> Said:
        said = between.passed(sent)
        return Said(500, b"{}") if sent.method == "POST" else said

    between.answer = late
    (done,) = bridge.deliver()
    assert done.act == "failed"
    between.answer = between.passed
    assert bridge.acts() == [("update", "a:1")]
    assert ours(wiki_b, form) == {A} and saves(wiki_b, A) == 1 and bridge.acts() == []


def test_all_is_found_again_when_all_is_forgotten(
    bridge: Bridge, wiki_b: YesWiki, form: str, tmp_path: Path, web: Web
) -> None:
    bridge.harvest(item(1, TITLE), item(2))
    bridge.deliver()
    wiki_b.edit(B, {})
    (tmp_path / "second").mkdir()
    second = Bridge(tmp_path / "second", web, urlsplit(wiki_b.url).netloc)
    declare(second, wiki_b.url, form)
    second.harvest(item(1, TITLE), item(2))
    second.deliver()
    assert (saves(wiki_b, A), saves(wiki_b, B)) == (1, 2)
    second.harvest(item(1, "Version 2"), item(2, "Version 2"))
    assert second.acts() == [("update", "a:1"), ("update", "a:2")]
    second.close()


def test_a_wiki_that_may_only_be_read_is_told_and_tried_again(bridge: Bridge, wiki_b: YesWiki, form: str) -> None:
    bridge.harvest(item(1), item(2))
    with wiki_b.with_settings({"wiki_status": "hibernate"}):
        (done,) = bridge.deliver()
        assert done.act == "failed" and "lecture seule" in done.said
    assert bridge.acts() == [("create", "a:1"), ("create", "a:2")]
    with wiki_b.with_settings({"wiki_status": "hibernate"}):
        bridge.harvest(item(1))
        (done,) = bridge.deliver()
        assert done.act == "failed" and "lecture seule" in done.said
    assert bridge.acts() == [("withdraw", "a:2")] and ours(wiki_b, form) == {A}


def test_a_key_that_was_taken_back_takes_nothing_for_deleted(bridge: Bridge, wiki_b: YesWiki) -> None:
    number = Form(wiki_b, field("acls", "+", "+", at3="+")).number
    declare(bridge, wiki_b.url, number)
    bridge.harvest(item(1))
    bridge.deliver()
    assert wiki_b.entry(A) == {}, "nobody but members reads these entries"
    bridge.harvest(item(1, "Version 2"))
    with wiki_b.with_settings({"api_allowed_keys": {}}):
        (done,) = bridge.deliver()
        assert done.act == "stopped" and "clé" in done.said
    assert bridge.acts() == [("update", "a:1")]


def test_a_form_that_was_deleted_takes_no_ghost(bridge: Bridge, wiki_b: YesWiki) -> None:
    number = Form(wiki_b).number
    declare(bridge, wiki_b.url, number)
    bridge.harvest(item(1))
    bridge.deliver()
    wiki_b.php(f"$forms->delete({yeswiki.php(number)});")
    bridge.harvest(item(1, "Version 2"), item(2))
    (done,) = bridge.deliver()
    assert done.act == "stopped" and f"n'a pas de formulaire {number}" in done.said
    assert saves(wiki_b, B) == 0


# What comes back


@pytest.mark.parametrize("first", ["source", "target"])
def test_the_wiki_is_a_source_too_and_nothing_comes_back(
    bridge: Bridge, wiki_b: YesWiki, form: str, first: str
) -> None:
    own = wiki_b.create(form, {"bf_titre": "Notre mare à nous", "bf_description": "Ici."})
    declare(bridge, wiki_b.url, form)
    (bridge.here.settings.mappings / "t.toml").write_text(
        (bridge.here.settings.mappings / "t.toml").read_text().replace('[target.select]\nsource = "a"\n', "")
    )
    mapping = f'extends = "_yeswiki"\n[source]\nid = "w"\nurl = "{wiki_b.url}"\noptions = {{ form = "{form}" }}\n'

    def read() -> set[str]:
        refresh(bridge.here, [bridge.here.sources["w"]], bridge.fetch, full=True)
        with bridge.here.store.snapshot() as snapshot:
            return {entry.id for entry in snapshot.walk() if entry.record and entry.id.startswith("w:")}

    if first == "source":
        bridge.write("w.toml", mapping)
        assert read() == {f"w:{own}"}
    bridge.harvest(item(1, TITLE))
    assert bridge.acts() == [("create", "a:1")], "its own entry is not given back to it"
    wiki_b.edit(A, {"bf_titre": "Reprise ici"})
    if first == "target":
        bridge.write("w.toml", mapping)
    assert read() == {f"w:{own}"}
    assert bridge.acts() == []
    bridge.harvest(item(1, "Version 2"))
    bridge.deliver()
    assert read() == {f"w:{own}"}
    wiki_b.forget(own)


def test_speed(bridge: Bridge) -> None:
    bridge.harvest(*(item(number) for number in (*range(1, 10), 40)))
    start = time.monotonic()
    assert len(bridge.deliver()) == 10
    spent = time.monotonic() - start
    start = time.monotonic()
    assert bridge.deliver() == []
    quiet = time.monotonic() - start
    assert spent < 20 and quiet < 0.5
