"""The YesWiki extension, from its zip, in a stand-in of YesWiki: all that changes a wiki, and what never leaves.

What the stand-in is, and how YesWiki was seen to behave, is said in ``tests/yeswiki``.
"""

from __future__ import annotations

import contextlib
import html
import json
import re
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from tests.real.databases import mariadb
from tests.real.yeswiki_stand_in import OAI, Item, Wiki, php_array, php_string, phpunit
from tests.terminal import ROOT

PLUGIN = ROOT / "plugins" / "yeswiki"
FULL = "***60***255*** *** ***text***1*** *** *** * *** * *** *** *** ***"
TITLE = f"texte***bf_titre***Titre{FULL}"
INITIATIVES = (
    TITLE,
    "textelong***bf_description***Description***40***9*** *** ***wiki***0*** *** *** * *** * *** *** *** ***",
    "liste***ListstatuT***Statut*** *** *** ***bf_statut***0*** *** *** *** * *** * *** *** *** ***",
    "checkbox***ListstatuT***Étapes*** *** *** ***bf_etapes***0*** *** *** *** * *** * *** *** *** ***",
    f"texte***bf_lieu***Lieu{FULL}",
    "map***bf_latitude***bf_longitude*** *** *** *** *** *** *** *** *** *** *** ***",
    "texte***partageons_prive***Ne pas partager***5***5*** *** ***text***0*** *** *** * *** * *** *** *** ***",
)
SECRETS = (
    TITLE,
    "texte***bf_admins***Pour les admins***60***255*** *** ***text***0*** *** ***@admins*** * *** *** *** ***",
    "texte***bf_membres***Pour les membres***60***255*** *** ***text***0*** *** ***+*** * *** *** *** ***",
    "texte***bf_sien***Pour son auteur***60***255*** *** ***text***0*** *** ***%*** * *** *** *** ***",
    "texte***bf_nomme***Pour une personne***60***255*** *** ***text***0*** *** ***Membre,@admins*** * *** *** *** ***",
    "texte***bf_tel***Téléphone***60***255*** *** ***tel***0*** *** *** * *** * *** *** *** ***",
    f"texte***bf_portable***Numéro{FULL}",
    "champs_mail***bf_mail***Courriel*** *** *** *** *** ***0***0*** *** * *** * *** *** *** ***",
    "mot_de_passe***bf_passe***Mot de passe*** *** *** *** *** ***0***0*** *** * *** * *** *** *** ***",
    "utilisateur_wikini***bf_titre***bf_mail*** *** *** *** *** ***0***0*** *** * *** * *** *** *** ***",
    "champs_cache***bf_cache***invisible*** *** *** *** *** ***0***0*** *** * *** * *** *** *** ***",
    f"texte***bf_public***Pour tous{FULL}",
)
VALUES = {
    "bf_admins": "SECRET-admins",
    "bf_membres": "SECRET-membres",
    "bf_sien": "SECRET-auteur",
    "bf_nomme": "SECRET-personne",
    "bf_tel": "01 23 45 67 89",
    "bf_portable": "06 12 34 56 78",
    "bf_mail": "SECRET@exemple.org",
    "bf_passe": "SECRET-passe",
    "nomwiki": "SecretNom",
    "bf_cache": "SECRET-cache",
    "bf_public": "Vu de tous",
}
HIDDEN = re.compile(r"SECRET|SecretNom|01 23 45|06 12 34|WikiAdmin|Membre\b|127\.0\.0\.1(?!:)")


def test_its_php_by_its_own_tests() -> None:
    phpunit(PLUGIN)


@pytest.fixture(scope="module", params=["sqlite", "mariadb"])
def wiki(
    request: pytest.FixtureRequest, plugin_zips: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Wiki]:
    """A wiki that shares its form 5, « Initiatives », and 6, « Contacts »; its form 7 is its own."""
    folder = tmp_path_factory.mktemp(request.param)
    with contextlib.ExitStack() as stack:
        database = stack.enter_context(mariadb()) if request.param == "mariadb" else None
        made = Wiki(folder, plugin_zips["yeswiki"], database)
        nodes = [{"id": code, "label": label} for code, label in (("1", "En projet"), ("2", "En cours"))]
        made.code(
            f"$wiki->services->get(ListManager::class)->create('Statut', {php_array({'n': nodes})}['n']);", "WikiAdmin"
        )
        made.form(5, "Initiatives", *INITIATIVES)
        made.form(6, "Contacts", *SECRETS)
        made.form(7, "Interne", TITLE)
        made.configure(partageons_forms="5, 6", partageons_licence="CC BY 4.0", partageons_email="contact@exemple.org")
        stack.enter_context(made.served())
        yield made


def logged(wiki: Wiki, tag: str) -> str:
    """What the change log says of an entry, nothing being compared: live, deleted, or nothing."""
    rows = f"$wiki->services->get(Parts::class)->log()->get({php_string(tag)})"
    return wiki.code(f"$e = {rows}; echo $e === null ? '' : ($e->deleted ? 'deleted' : 'live') . ' ' . $e->changed;")


def unserved(wiki: Wiki, tag: str) -> str:
    return logged(wiki, tag).partition(" ")[0]


# The event table: what was seen of YesWiki, then what the extension makes of it

TYPED = "$_POST = ['bf_titre' => 'Table', 'antispam' => 1]; try {"
CREATED = "$entries->create('5', ['bf_titre' => 'Table', 'antispam' => 1] + $more)"
CAUSES: dict[str, tuple[str, list[str]]] = {
    "HTML form, create": (
        TYPED + "$people->create('5'); } catch (ExitException $end) {}",
        ["page.created", "entry.created"],
    ),
    "HTML form, edit": (
        TYPED + "$people->update($tag); } catch (ExitException $end) {}",
        ["page.updated", "entry.updated"],
    ),
    "API or import, create": (f"{CREATED};", ["page.created"]),
    "API, upsert": ("$more = ['id_fiche' => $tag]; " + CREATED + ";", ["page.updated"]),
    "import, update": ("$entries->update($tag, ['bf_titre' => 'Autre', 'antispam' => 1]);", ["page.updated"]),
    "UI or API, delete": (
        "$wiki->services->get(PageController::class)->delete($tag);",
        ["page.deleted", "page.updated", "entry.deleted"],
    ),
    "code, delete": ("$entries->delete($tag);", ["page.deleted", "page.updated"]),
    "form emptied": ("$wiki->services->get(FormManager::class)->clear('5');", []),
    "form deleted": ("$wiki->services->get(FormManager::class)->delete('5');", []),
    "SQL": ("$wiki->services->get(DbService::class)->query(\"DELETE FROM yeswiki_pages WHERE tag = '$tag'\");", []),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_the_stand_in_tells_what_yeswiki_tells(cause: str, plugin_zips: dict[str, Path], tmp_path: Path) -> None:
    """A deletion's own page, the journal, is saved as any page is: it exists since the one that is made first here."""
    fresh = Wiki(tmp_path, plugin_zips["yeswiki"])
    fresh.form(5, "Initiatives", *INITIATIVES)
    first = "$entries->delete($entries->create('5', ['bf_titre' => 'Rien', 'antispam' => 1])['id_fiche']);"
    code, events = CAUSES[cause]
    said = fresh.told(
        "$entries = $wiki->services->get(EntryManager::class); $people = $wiki->services->get(EntryController::class);"
        f"$more = []; {first} $tag = {CREATED}['id_fiche'];"
        f"$wiki->services->get(EventDispatcher::class)->told = []; {code}"
    )
    assert said == events


def by_form(wiki: Wiki, title: str) -> str:
    answer = wiki.post("BazaR&vue=saisir&action=saisir_fiche&id=5", data={"antispam": "1", "bf_titre": title})
    return answer.url.rpartition("?")[2]


def by_api(wiki: Wiki, title: str, **more: str) -> str:
    answer = wiki.api("POST", "entries/5", data={"bf_titre": title, **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["success"]).rpartition("?")[2]


def by_import(wiki: Wiki, title: str) -> str:
    return wiki.entry(5, bf_titre=title)


@pytest.mark.parametrize("create", [by_form, by_api, by_import])
def test_what_is_created_is_in_the_feed(wiki: Wiki, create: Callable[[Wiki, str], str]) -> None:
    title = f"Créée {create.__name__} & dite « d'été »"
    tag = create(wiki, title)
    assert unserved(wiki, tag) == "live", "no event was heard"
    item = wiki.feed()[tag]
    assert not item.deleted and html.escape(title, quote=False) in item.text


def edit_by_form(wiki: Wiki, tag: str) -> None:
    answer = wiki.post(f"{tag}/edit", data={"antispam": "1", "bf_titre": "Modifiée"})
    assert answer.url.endswith(f"?{tag}")


def edit_by_api(wiki: Wiki, tag: str) -> None:
    assert by_api(wiki, "Modifiée", id_fiche=tag) == tag


def edit_by_import(wiki: Wiki, tag: str) -> None:
    given = php_array({"bf_titre": "Modifiée", "antispam": 1})
    wiki.code(f"$wiki->services->get(EntryManager::class)->update('{tag}', {given});", "WikiAdmin")


@pytest.mark.parametrize("edit", [edit_by_form, edit_by_api, edit_by_import])
def test_what_is_changed_is_stamped_anew(wiki: Wiki, edit: Callable[[Wiki, str], None]) -> None:
    tag = wiki.entry(5, bf_titre="Avant")
    before = wiki.feed()[tag]
    later(before)
    edit(wiki, tag)
    assert logged(wiki, tag) > f"live {before.datestamp}", "no event was heard"
    assert ">Modifiée<" in wiki.feed(more=f"&from={after(before)}")[tag].text


def later(item: Item) -> None:
    """Until the next second of the clock: datestamps have no more."""
    while datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") <= item.datestamp:
        time.sleep(0.05)


def after(item: Item) -> str:
    return (datetime.fromisoformat(item.datestamp) + timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


def delete_by_page(wiki: Wiki, tag: str) -> None:
    session = wiki.logged()
    page = wiki.get(f"{tag}/deletepage", session).text
    found = re.search(r'name="csrf-token" value="([^"]+)"', page)
    assert found, page
    data = {"csrf-token": html.unescape(found[1])}
    assert "DELETEPAGE_MESSAGE" in wiki.post(f"{tag}/deletepage&confirme=oui", session, data=data).text


def delete_by_api(wiki: Wiki, tag: str) -> None:
    assert wiki.api("DELETE", f"pages/{tag}").json() == {"deleted": [tag]}


def delete_by_code(wiki: Wiki, tag: str) -> None:
    wiki.code(f"$wiki->services->get(EntryManager::class)->delete('{tag}', true);")


@pytest.mark.parametrize("delete", [delete_by_page, delete_by_api, delete_by_code])
def test_what_is_deleted_leaves_a_tombstone_for_ever(wiki: Wiki, delete: Callable[[Wiki, str], None]) -> None:
    tag = wiki.entry(5, bf_titre=f"Perdue {delete.__name__}")
    before = wiki.feed()[tag]
    later(before)
    delete(wiki, tag)
    assert unserved(wiki, tag) == "deleted", "no event was heard"
    gone = wiki.feed()[tag]
    assert gone.deleted and gone.datestamp > before.datestamp and not gone.text
    wiki.sql("DELETE FROM yeswiki_triples WHERE resource LIKE 'Perdue%'")
    assert wiki.feed()[tag] == gone
    assert wiki.get(f"api/pages/{tag}").status_code == 404, "as YesWiki forgets"


def test_what_comes_back_is_there_again(wiki: Wiki) -> None:
    tag = wiki.entry(5, bf_titre="Revenue")
    delete_by_code(wiki, tag)
    assert wiki.feed()[tag].deleted
    assert wiki.entry(5, bf_titre="Revenue") == tag and not wiki.feed()[tag].deleted


def test_sql_and_a_restored_database_are_found_at_once(wiki: Wiki) -> None:
    """Nobody is told of these: they are found when the feed is asked for."""
    tag, other = wiki.entry(5, bf_titre="Base restaurée"), wiki.entry(5, bf_titre="Base corrigée")
    assert {tag, other} <= wiki.feed().keys()
    wiki.sql(f"CREATE TABLE copie AS SELECT * FROM yeswiki_pages WHERE tag = '{tag}'")
    wiki.sql(f"DELETE FROM yeswiki_pages WHERE tag = '{tag}'")
    assert unserved(wiki, tag) == "live"
    assert wiki.feed()[tag].deleted
    wiki.sql("INSERT INTO yeswiki_pages SELECT * FROM copie")
    assert not wiki.feed()[tag].deleted
    wiki.sql("DROP TABLE copie")
    row = "tag, time, REPLACE(body, 'Base corrig', 'Base refaite'), '', owner, user, 'N'"
    wiki.sql(
        "INSERT INTO yeswiki_pages (tag, time, body, body_r, owner, user, latest)"
        f" SELECT {row} FROM yeswiki_pages WHERE tag = '{other}'"
    )
    wiki.sql(f"DELETE FROM yeswiki_pages WHERE tag = '{other}' AND latest = 'Y'")
    wiki.sql(f"UPDATE yeswiki_pages SET latest = 'Y' WHERE tag = '{other}'")
    assert "Base refaite" in wiki.feed()[other].text


def test_a_row_that_is_written_over_is_found_within_the_hour(wiki: Wiki) -> None:
    tag = wiki.entry(5, bf_titre="Ligne corrigée")
    before = wiki.feed()[tag]
    later(before)
    wiki.sql(f"UPDATE yeswiki_pages SET body = REPLACE(body, 'Ligne', 'Phrase') WHERE tag = '{tag}'")
    wiki.code("$wiki->services->get(Parts::class)->reconciler()->restart();")
    item = wiki.feed()[tag]
    assert "Phrase corrig" in item.text and item.datestamp > before.datestamp


def test_a_right_that_is_taken_back_is_found_at_once(wiki: Wiki) -> None:
    tag = wiki.entry(5, bf_titre="Refermée")
    assert not wiki.feed()[tag].deleted
    wiki.sql(f"UPDATE yeswiki_acls SET list = '+' WHERE page_tag = '{tag}' AND privilege = 'read'")
    assert wiki.feed()[tag].deleted


@pytest.mark.parametrize("act", ["clear", "delete"])
def test_a_form_that_is_emptied_or_deleted(act: str, plugin_zips: dict[str, Path], tmp_path: Path) -> None:
    alone = Wiki(tmp_path, plugin_zips["yeswiki"])
    alone.form(5, "Initiatives", *INITIATIVES)
    alone.form(8, "Autres", TITLE)
    alone.configure(partageons_forms="5,8")
    tags = {alone.entry(5, bf_titre=f"Fiche {n}") for n in range(3)}
    kept = alone.entry(8, bf_titre="Ailleurs")
    with alone.served():
        assert alone.feed().keys() == tags | {kept}
        alone.code(f"$wiki->services->get(FormManager::class)->{act}('5');")
        assert {tag for tag, item in alone.feed().items() if item.deleted} == tags
        assert not alone.feed()[kept].deleted
        sets = [each.text for each in alone.oai("verb=ListSets").iter(f"{OAI}setSpec")]
        assert sets == (["formulaire-5", "formulaire-8"] if act == "clear" else ["formulaire-8"])


# What never leaves


def everything(wiki: Wiki, session: requests.Session | None = None) -> str:
    """All that the feed says, in its two formats."""
    answers = []
    for prefix in ("pv", "oai_dc"):
        for item in wiki.feed(session).values():
            answers.append(item.text)
        page = wiki.oai(f"verb=ListRecords&metadataPrefix={prefix}", session)
        answers += [text for text in page.itertext() if isinstance(text, str)]
    return "\n".join(answers)


@pytest.mark.parametrize("name", ["", "Membre", "WikiAdmin"])
def test_what_is_not_public_never_leaves(wiki: Wiki, name: str) -> None:
    """Whoever asks: a browser in which an administrator is logged in sees all of the wiki."""
    tag = wiki.entry(6, bf_titre="Une fiche et ses secrets", **VALUES)
    wiki.sql(f"UPDATE yeswiki_pages SET owner = 'Membre', user = 'Membre' WHERE tag = '{tag}'")
    session = wiki.logged(name, {"Membre": "secret", "WikiAdmin": "motdepasse"}[name]) if name else None
    said = everything(wiki, session)
    assert "Vu de tous" in said and "Une fiche et ses secrets" in said
    assert not HIDDEN.findall(said)


def test_what_the_address_of_a_page_says_is_not_what_an_entry_says(wiki: Wiki) -> None:
    tag = wiki.entry(6, bf_titre="Sans rien")
    # An entry that is older than the field.
    wiki.sql(f"UPDATE yeswiki_pages SET body = REPLACE(body, 'bf_public', 'bf_ancien') WHERE tag = '{tag}'")
    asked = {"verb": "ListRecords", "metadataPrefix": "pv"}
    page = f"{wiki.door}&bf_public=INJECTE&bf_titre=INJECTE"
    answer = requests.post(page, data=asked, cookies={"bf_public": "INJECTE"}, timeout=60)
    assert answer.status_code == 200 and b"Sans rien" in answer.content and b"INJECTE" not in answer.content


def test_what_is_shown_to_members_in_a_text_is_not_in_the_feed(wiki: Wiki) -> None:
    """A text may hold an action, which shows more to those who may see more."""
    closed = wiki.entry(7, bf_titre="SECRET interne")
    wiki.sql(f"UPDATE yeswiki_acls SET list = '@admins' WHERE page_tag = '{closed}' AND privilege = 'read'")
    tag = wiki.entry(5, bf_titre="Une liste dedans", bf_description='Voir {{bazarliste id="7"}} et **mares**.')
    session = wiki.logged()
    assert "SECRET interne" in wiki.get("BazaR&id=7", session).text, "she would see it in the page"
    assert not HIDDEN.findall(wiki.feed(session)[tag].text) and wiki.feed(session)[tag] == wiki.feed()[tag]


def test_what_is_not_for_all_is_not_shared(wiki: Wiki) -> None:
    for rights in ("+", "@admins", "%", "Membre", "# personne"):
        tag = wiki.entry(5, bf_titre=f"Fermée {rights}")
        wiki.code(f"$wiki->services->get(AclService::class)->save('{tag}', 'read', '{rights}');")
        assert tag not in wiki.feed() or wiki.feed()[tag].deleted, rights


def test_what_came_from_elsewhere_is_never_exported(wiki: Wiki) -> None:
    """A loop would bring it back to who made it, under our name."""
    came = {
        wiki.entry(5, source="https://autre.exemple.fr/?Fiche", bf_titre="Venue par un import"),
        wiki.entry(5, bf_titre="Livrée", id_fiche="FicheLivreeX0123456789abcdef"),
        wiki.entry(5, bf_titre="Avec son origine", partageons_origine="https://autre.exemple.fr/1"),
    }
    answer = wiki.api(
        "POST", "entries/5", data={"bf_titre": "Venue par l'API"}, headers={"Source-Url": "https://a.exemple.fr/"}
    )
    came.add(str(answer.json()["success"]).rpartition("?")[2])
    assert not [tag for tag, item in wiki.feed().items() if tag in came and not item.deleted]


@pytest.mark.parametrize(("said", "shared"), [("oui", False), ("1", False), ("non", True), ("0", True), ("", True)])
def test_an_author_keeps_an_entry_to_the_wiki(wiki: Wiki, said: str, shared: bool) -> None:
    tag = wiki.entry(5, bf_titre=f"Gardée {said}", partageons_prive=said)
    item = wiki.feed().get(tag)
    assert (item is not None and not item.deleted) == shared


def test_forms_that_nobody_chose_are_not_shared(wiki: Wiki) -> None:
    tag = wiki.entry(7, bf_titre="Interne")
    assert tag not in wiki.feed() and "formulaire-7" not in everything(wiki)


# What YesWiki does of its own


def test_dates_are_utc_whatever_the_wiki_and_its_database_think(wiki: Wiki) -> None:
    """PHP is in Paris, the database in UTC; entries keep the one or the other, without saying which."""
    now = datetime.now(UTC)
    tag = wiki.entry(5, bf_titre="À l'heure")

    def dates() -> list[datetime]:
        item = wiki.feed()[tag]
        found = [re.search(rf"<pv:{name}>([^<]+)<", item.text) for name in ("created", "modified")]
        return [datetime.fromisoformat(each[1]) for each in found if each] + [datetime.fromisoformat(item.datestamp)]

    for _ in ("created", "updated"):
        assert len(dates()) == 3 and all(abs(each - now) < timedelta(minutes=5) for each in dates()), dates()
        edit_by_api(wiki, tag)


def test_who_comes_back_from_the_last_datestamp_misses_nothing(wiki: Wiki) -> None:
    wiki.entry(5, bf_titre="Vue")
    last = max(item.datestamp for item in wiki.feed().values())
    tag = wiki.entry(5, bf_titre="Juste après")
    assert tag in wiki.feed(more=f"&from={last}")


def test_what_the_wiki_prints_is_never_in_the_answer(wiki: Wiki) -> None:
    wiki.entry(5, bf_titre="Malgré les avertissements")
    wiki.configure(debug="yes", stand_in_warnings=True)
    try:
        assert "rawOutput" in wiki.get("api/forms/5").text, "the wiki prints"
        assert "Malgré les avertissements" in everything(wiki)
    finally:
        wiki.configure(debug="no", stand_in_warnings=False)


def test_an_answer_is_not_kept_nor_followed(wiki: Wiki) -> None:
    answer = wiki.get("api/partageons/oai&verb=Identify")
    assert answer.headers["Cache-Control"].replace(", private", "") == "no-store"
    assert "Set-Cookie" not in answer.headers and "Expires" not in answer.headers


@pytest.mark.parametrize("tail", ["?verb=Identify", "?&verb=Identify", "&verb=Identify", "=&verb=Identify"])
def test_addresses_as_clients_put_them_together(wiki: Wiki, tail: str) -> None:
    answer = requests.get(f"{wiki.door}{tail}", timeout=60)
    assert answer.status_code == 200 and "<baseURL>" in answer.text, answer.text[:300]


def test_the_pages_name_the_feed(wiki: Wiki) -> None:
    line = f'<link rel="alternate" type="text/xml" title="OAI-PMH" href="{html.escape(wiki.door)}"'
    assert line in wiki.get("PagePrincipale").text.partition("</head>")[0]
    wiki.configure(partageons_forms="")
    try:
        assert "OAI-PMH" not in wiki.get("PagePrincipale").text, "nobody chose anything"
    finally:
        wiki.configure(partageons_forms="5, 6")


# What administrators do to their forms: said on the source's page, and nothing is withdrawn


@pytest.fixture
def small(plugin_zips: dict[str, Path], tmp_path: Path) -> Iterator[Wiki]:
    """A wiki of its own, with three entries."""
    made = Wiki(tmp_path, plugin_zips["yeswiki"])
    nodes = php_array({"n": [{"id": "1", "label": "En projet"}, {"id": "2", "label": "En cours"}]})
    made.code(f"$wiki->services->get(ListManager::class)->create('Statut', {nodes}['n']);", "WikiAdmin")
    made.form(5, "Initiatives", *INITIATIVES)
    made.configure(partageons_forms="5")
    for n in range(3):
        made.entry(5, bf_titre=f"Fiche {n}", bf_lieu="Ma rue", bf_statut="2", bf_etapes="1,2")
    with made.served():
        yield made


def shared(wiki: Wiki) -> list[str]:
    return sorted(tag for tag, item in wiki.feed().items() if not item.deleted)


def changed(wiki: Wiki, label: str, *lines: str) -> None:
    form = php_array({"bn_id_nature": "5", "bn_label_nature": label, "bn_template": "\n".join(lines)})
    wiki.code(f"$wiki->services->get(FormManager::class)->update({form});")


def test_a_renamed_form(small: Wiki) -> None:
    before = small.feed()
    changed(small, "Actions & projets", *INITIATIVES)
    assert shared(small) == sorted(before)
    named = [each.text for each in small.oai("verb=ListSets").iter(f"{OAI}setName")]
    assert named == ["Actions & projets"]


def test_a_removed_field(small: Wiki) -> None:
    before = small.feed()
    assert all("Ma rue" in item.text for item in before.values())
    changed(small, "Initiatives", *(line for line in INITIATIVES if "bf_lieu" not in line))
    now = small.feed()
    assert shared(small) == sorted(before)
    assert not [tag for tag, item in now.items() if "Ma rue" in item.text], "the wiki keeps it, and shows it nowhere"
    assert small.feed(more=f"&from={max(item.datestamp for item in before.values())}").keys() == before.keys()


def test_an_emptied_list(small: Wiki) -> None:
    before = small.feed()
    assert all("En cours" in item.text for item in before.values())
    small.code("$wiki->services->get(ListManager::class)->update('ListstatuT', 'Statut', []);", "WikiAdmin")
    assert shared(small) == sorted(before) and all("En cours" not in item.text for item in small.feed().values())


def test_a_field_that_is_closed(small: Wiki) -> None:
    before = small.feed()
    lieu = next(line for line in INITIATIVES if "bf_lieu" in line)
    closed = lieu.replace("*** * *** * ***", "***@admins*** * ***", 1)
    changed(small, "Initiatives", *(closed if line == lieu else line for line in INITIATIVES))
    assert shared(small) == sorted(before) and "Ma rue" not in everything(small)


def test_a_form_that_does_not_exist(small: Wiki) -> None:
    before = shared(small)
    small.configure(partageons_forms="5, 99")
    assert shared(small) == before
    small.configure(partageons_forms="99")
    assert shared(small) == [] and small.oai("verb=Identify").find(f"{OAI}Identify") is not None


def test_a_wiki_that_is_closed_to_the_public(small: Wiki) -> None:
    before = shared(small)
    small.configure(default_read_acl="+")
    small.entry(5, bf_titre="Pour les membres")
    assert shared(small) == before, "pages keep the rights that they were made with"
    small.sql("DELETE FROM yeswiki_acls WHERE privilege = 'read'")
    assert shared(small) == []
    small.configure(default_read_acl="*")
    assert len(shared(small)) == len(before) + 1


def test_a_wiki_that_writes_nothing_still_answers(small: Wiki) -> None:
    before = shared(small)
    small.configure(wiki_status="hibernate")
    assert shared(small) == before


# Installed, removed, installed again


def migrate(wiki: Wiki) -> str:
    """What the update page does, once files are there; what it says."""
    return wiki.code(
        """
        foreach (glob('tools/partageons/migrations/*.php') as $file) {
            $name = basename($file, '.php');
            if ($wiki->services->get(TripleStore::class)->exist($name, TripleStore::TYPE_URI, 'migration', '', '')) {
                continue;
            }
            require_once $file;
            $class = preg_replace('/^[\\d_]*/', '', $name);
            $migration = new $class();
            $migration->setWiki($wiki);
            $migration->setDbService($wiki->services->get(DbService::class));
            $migration->setParams($wiki->services->getParameterBag());
            $migration->run();
            $wiki->services->get(TripleStore::class)->create($name, TripleStore::TYPE_URI, 'migration', '', '');
            echo "$class ";
        }
        """,
        "WikiAdmin",
    )


def test_its_migrations_run_once(small: Wiki) -> None:
    files = sorted(path.stem for path in (small.folder / "tools/partageons/migrations").glob("*.php"))
    assert files and migrate(small).split() == [re.sub(r"^[\d_]*", "", name) for name in files]
    assert migrate(small) == "" and len(shared(small)) == 3


def test_removed_then_installed_again(small: Wiki, plugin_zips: dict[str, Path]) -> None:
    tag = small.entry(5, bf_titre="Perdue entre deux")
    other = small.entry(5, bf_titre="Perdue avant")
    delete_by_code(small, other)
    before = small.feed()
    shutil.rmtree(small.folder / "tools" / "partageons")
    assert small.get("api/partageons/oai&verb=Identify").status_code == 404
    assert small.get("PagePrincipale").status_code == 200 and "OAI-PMH" not in small.get("PagePrincipale").text
    delete_by_code(small, tag)
    small.install(plugin_zips["yeswiki"])
    now = small.feed()
    assert now[tag].deleted and now[other] == before[other]
    assert {id: item for id, item in now.items() if id != tag} == {id: i for id, i in before.items() if id != tag}


def test_what_it_keeps_is_its_own(small: Wiki) -> None:
    """Two tables with its name, nothing of the content; nothing in the triples, which every member reads."""
    small.feed()
    with contextlib.closing(sqlite3.connect(small.folder.parent / "base.sqlite")) as base:
        tables = {name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        ours = {name for name in tables if "partageons" in name}
        held = json.dumps([base.execute(f"SELECT * FROM {name}").fetchall() for name in sorted(ours)])
        triples = base.execute("SELECT property, value FROM yeswiki_triples").fetchall()
    assert ours == {"yeswiki_partageons_log", "yeswiki_partageons_memory"}
    assert "Ma rue" not in held and not [each for each in triples if "partageons" in str(each).lower()]


def test_saving_does_not_wait_for_anything(small: Wiki) -> None:
    """Nothing answers at the bridge's address: a page is saved all the same, and soon."""
    small.configure(partageons_bridge="https://pont.exemple.invalid/")
    begun = time.monotonic()
    assert unserved(small, by_form(small, "Vite")) == "live"
    assert time.monotonic() - begun < 5


def test_the_description_of_the_site(small: Wiki) -> None:
    about = next(each for each in small.oai("verb=Identify").iter() if str(each.tag).endswith("}partageons"))
    assert about.get("ping") == f"{small.base}api/partageons/ping"
    assert about.get("add") == f"{small.base}BazaR&vue=saisir&action=saisir_fiche&id=5"
