"""A partner arrives, is looked at before it is read, is corrected, is recorded: as a person does it, by commands."""

from __future__ import annotations

import json
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import Run, items

from bridge import adding, extensions
from bridge.errors import BridgeError
from bridge.meaning import quality
from bridge.readers import READERS
from bridge.record import Image, Point, Record
from bridge.recording import replay

# Many at once


def test_a_list_of_sites(run: Run, site: Any, tmp_path: Path) -> None:
    site.pages["/b.json"] = (200, {"Content-Type": "application/json"}, json.dumps(items(1)).encode())
    listed = tmp_path / "partenaires.csv"
    rows = ["Nom;id;Site", f"Parc;parc;{site.url('/data.json')}", f"B;;{site.url('/b.json')}", f"C;;{site.url('/c')}"]
    listed.write_text("\n".join([*rows, f"Encore;;{site.url('/b.json')}"]))
    said = run("add", "--from", str(listed), code=1)
    assert said.count("✓") == 2 and said.count("✗") == 1 and "(parc, json_api)" in said and "1 adresse n'a" in said
    again = json.loads(run("add", "--from", str(listed), "--json", code=1))
    assert [(row["state"], row.get("id")) for row in again] == [
        ("known", "parc"), ("known", "127-0-0-1-b"), ("failed", None)
    ]  # fmt: skip
    site.pages["/c"] = site.pages["/b.json"]
    assert "déjà là" in run("add", "--from", str(listed))
    assert {path.stem for path in (tmp_path / "mappings").glob("*.toml")} == {"parc", "127-0-0-1-b", "127-0-0-1-c"}


def test_add_wants_an_address_or_a_list(run: Run, tmp_path: Path) -> None:
    assert "une adresse, ou une liste" in run("add", code=1)
    (tmp_path / "x").write_text("rien")
    assert "une adresse, ou une liste" in run("add", "https://a.fr", "--from", "x", code=1)
    assert "aucune adresse" in run("add", "--from", "x", code=1)
    assert "ne peut pas être lu" in run("add", "--from", "absent", code=1)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("a.fr\nhttps://b.fr/x?y=1\n\na.fr\n", [("a.fr", ""), ("https://b.fr/x?y=1", "")]),
        ("site,ID\nhttps://a.fr,un\nb.fr\n", [("https://a.fr", "un"), ("b.fr", "")]),
        (
            '\ufeff<opml><body><outline text="x"><outline xmlUrl="https://a.fr/feed" htmlUrl="https://a.fr"/></outline>'
            '<outline htmlUrl=" https://b.fr "/></body></opml>',
            [("https://a.fr/feed", ""), ("https://b.fr", "")],
        ),
    ],
)
def test_lists(tmp_path: Path, body: str, expected: list[tuple[str, str]]) -> None:
    path = tmp_path / "liste"
    path.write_text(body, encoding="utf-8")
    assert adding.wanted(path) == expected


def test_lists_that_cannot_be_used(tmp_path: Path) -> None:
    path = tmp_path / "liste"
    path.write_text("<opml><body>")
    with pytest.raises(BridgeError, match="OPML"):
        adding.wanted(path)
    path.write_text("\n".join(f"a{n}.fr" for n in range(adding.LIST_MAX + 1)))
    with pytest.raises(BridgeError, match="plus de"):
        adding.wanted(path)


# Looked at before it is read


def test_the_preview_tells_what_the_visit_does(run: Run, site: Any, source: str) -> None:
    site.put(items(*range(1, 13)))
    (told,) = json.loads(run("check", "a", "--json"))
    assert (told["created"], len(told["records"])) == (12, 3)
    assert json.loads(run("status", "--json"))[0]["live"] == 0, "nothing was changed"
    (done,) = json.loads(run("harvest", "a", "--json"))
    assert {key: told[key] for key in done} == done

    changed = [*items(*range(1, 11)), {"id": 13, "titre": "Nouvelle"}, {"id": 14, "lien": "https://a.exemple.fr/14"}]
    changed[3]["titre"] = "Autre titre"
    site.put(changed)
    (told,) = json.loads(run("check", "a", "--json"))
    assert {event for event, _ in told["events"]} == {"created", "changed", "absent"}
    assert json.loads(run("check", "a", "--json")) == [told]
    (done,) = json.loads(run("harvest", "a", "--json"))
    assert {key: told[key] for key in done} == done
    (told,) = json.loads(run("check", "a", "--json"))
    (done,) = json.loads(run("harvest", "a", "--json"))
    assert told["events"] == done["events"] == [["withdrawn", "a:11"], ["withdrawn", "a:12"]]

    site.put(items(1, 2))
    for _ in range(2):
        (told,) = json.loads(run("check", "a", "--json"))
        (done,) = json.loads(run("harvest", "a", "--json"))
        assert {key: told[key] for key in done} == done
    assert done["held_back"] == 9
    site.fail(500)
    (told,) = json.loads(run("check", "a", "--json", code=1))
    (done,) = json.loads(run("harvest", "a", "--json", code=1))
    assert {key: told[key] for key in done} == done and not done["complete"]


def test_the_preview_in_words(run: Run, site: Any, tmp_path: Path) -> None:
    rows = [
        {"id": n, "titre": "La mare", "resume": "La mare", "theme": ["Mares", "Zzyzx"], "mail_du_referent": "x"}
        for n in range(4)
    ]
    site.put([*rows, {"id": 9, "resume": "x"}])
    run("add", site.url("/data.json"), "--id", "a")
    mapping = tmp_path / "mappings" / "a.toml"
    mapping.write_text(mapping.read_text().replace("mail_du_referent", "autre"))
    said = run("check", "a")
    for words in (
        *("a:0", "La mare", "4 × themes « Zzyzx »", "4 × mail_du_referent : une personne, à écarter"),
        *("9 : Cette fiche n'a pas de titre", "4 fiches sur 4 ont le même titre", "ont leur titre pour résumé"),
        *("n'ont pas de licence", "a:0, a:1, a:2", "Une visite ferait", "4 nouvelles"),
    ):
        assert words in said, words
    assert "« b » n'existe pas" in run("check", "b", code=1)


def test_check_in_json(run: Run, source: str, tmp_path: Path) -> None:
    (tmp_path / "mappings" / "b.toml").write_text("[source")
    said = json.loads(run("check", "--json", code=1))
    assert [row["source"] for row in said["sources"]] == ["a"] and [row["file"] for row in said["broken"]] == ["b.toml"]


def test_check_tells_what_the_last_visit_left(run: Run, site: Any) -> None:
    site.put([{"id": 1, "titre": "Fiche", "theme": "Zzyzx", "bla": "x"}, {"id": 2, "bla": "y"}])
    run("add", site.url("/data.json"), "--id", "a")
    assert "remarques" not in run("check")
    run("harvest")
    assert "1 mot non reconnu, 1 champ laissé de côté, 1 remarque : partageons check a" in run("check")
    (row,) = json.loads(run("check", "--json"))["sources"]
    assert (row["unknown"], row["unplaced"], row["problems"]) == (1, 1, 1)


def record(number: int, **more: Any) -> Record:
    return Record(id=f"a:{number}", source="a", **{"title": f"Fiche numéro {number}"} | more)


def test_patterns() -> None:
    def told(*records: Record) -> list[str]:
        return [pattern.message for pattern in quality.patterns(records)]

    full = {"abstract": "Un résumé.", "type": "r-guide", "themes": ("t-tvb",), "territories": ("commune/69123",)}
    full |= {"licence": "CC0-1.0"}
    fine = [record(n, **full | {"abstract": f"Résumé {n}"}, url=f"https://a/{n}") for n in range(10)]
    assert told(*fine) == [] and told() == []
    assert told(record(1), record(1)) == [], "two records may be alike"
    shouting = [
        record(n, **full | {"abstract": f"x{n}"}, title=f"TITRE EN CAPITALES {n}", url=f"{n}") for n in range(4)
    ]
    assert told(*shouting) == ["4 fiches sur 4 ont un titre tout en capitales."]
    heap = [record(n, **full | {"abstract": f"x{n}"}, url=f"{n}", point=Point(4.8, 45.7)) for n in range(4)]
    assert told(*heap) == ["4 fiches sur 4 sont posées exactement au même point."]
    alike = [record(n, **full, url="https://a/", image=Image("https://a/x.png")) for n in range(4)]
    assert told(*alike) == [
        f"4 fiches sur 4 ont {what}." for what in ("le même résumé", "la même adresse", "la même image")
    ]
    poor = [record(n) for n in range(6)]
    assert len(told(*poor)) == 6 and quality.patterns(poor)[0].examples == ("a:0", "a:1", "a:2")


# Corrected


def test_a_word_is_accepted(run: Run, site: Any, tmp_path: Path) -> None:
    site.put([{"id": 1, "titre": "Fiche", "theme": "Zzyzx"}])
    run("add", site.url("/data.json"), "--id", "a")
    path = tmp_path / "mappings" / "a.toml"
    path.write_text("# un commentaire\n" + path.read_text())
    assert "n'est pas un concept" in run("accept", "a", "themes", "Zzyzx", "t-inconnu", code=1)
    assert "values" not in tomllib.loads(path.read_text())
    assert "« Zzyzx » veut dire t-zones-humides" in run("accept", "a", "themes", "Zzyzx", "t-zones-humides")
    assert path.read_text().startswith("# un commentaire\n")
    run("harvest")
    (found,) = json.loads(run("export", "json_flat"))
    assert found["themes"] and "rien" in run("accept", "a", "themes", "Zzyzx")
    (told,) = json.loads(run("check", "a", "--json"))
    assert told["events"] == [["changed", "a:1"]] and told["unknown"] == []


def test_a_field_is_assigned(run: Run, site: Any, tmp_path: Path) -> None:
    site.put([{"id": 1, "titre": "Fiche", "blabla": "Un texte", "secret": "x"}])
    run("add", site.url("/data.json"), "--id", "a")
    assert "inconnu" in run("assign", "a", "blabla", "resumé", code=1)
    assert "va dans « abstract »" in run("assign", "a", "blabla", "abstract")
    assert "laissé de côté" in run("assign", "a", "secret")
    (told,) = json.loads(run("check", "a", "--json"))
    assert (told["records"][0]["abstract"], told["unplaced"]) == ("Un texte", [])


def test_a_file_that_cannot_be_written(run: Run, source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> Path:
        raise PermissionError(13, "Permission refusée")

    monkeypatch.setattr(Path, "replace", refuse)
    assert "ne peut pas être écrit" in run("accept", "a", "themes", "x", code=1)


# Recorded


@pytest.mark.parametrize("kind", ["json_api", "feed", "csv_file", "keyed"])
def test_a_case_is_recorded(run: Run, site: Any, tmp_path: Path, kind: str) -> None:
    rows = [
        {"id": n, "titre": f"Fiche {n}", "resume": "Écrire à jean.dupont@exemple.fr ou 06 12 34 56 78"}
        for n in range(9)
    ]
    entries = "".join(
        f"<item><guid>{r['id']}</guid><title>{r['titre']}</title><description>{r['resume']}</description></item>"
        for r in rows
    )
    bodies: dict[str, tuple[str, str]] = {
        "json_api": ("application/json", json.dumps(rows)),
        "keyed": ("application/json", json.dumps({f"k{r['id']}": r for r in rows})),
        "feed": ("application/rss+xml", f"<rss version='2.0'><channel><title>x</title>{entries}</channel></rss>"),
        "csv_file": (
            "text/csv",
            "id;titre;resume\n" + "".join(f"{r['id']};{r['titre']};{r['resume']}\n" for r in rows),
        ),
    }
    media_type, body = bodies[kind]
    site.pages["/x"] = (200, {"Content-Type": media_type, "Set-Cookie": "a=b"}, body.encode())
    assert "Relisez-le" in run("record", site.url("/x"), "--case", f"{kind}-un", "--to", "cas")
    folder = tmp_path / "cas" / f"{kind}-un"
    written = "".join(path.read_text() for path in folder.iterdir())
    assert "dupont" not in written and "06 12" not in written and "Set-Cookie" not in written
    expected = json.loads((folder / "items.json").read_text())
    assert len(expected["items"]) == 5
    reader = READERS["json_api" if kind == "keyed" else kind]
    assert json.loads(json.dumps(replay(reader, folder))) == expected
    assert "existe déjà" in run("record", site.url("/x"), "--case", f"{kind}-un", "--to", "cas", code=1)


def test_a_case_that_cannot_be_recorded(run: Run, site: Any, tmp_path: Path) -> None:
    (tmp_path / "fichier").write_text("")
    assert "ne peut pas être écrit" in run("record", site.url("/data.json"), "--case", "x", "--to", "fichier/x", code=1)


# Brought by others


def announced(monkeypatch: pytest.MonkeyPatch, **modules: Any) -> None:
    def load(entry: EntryPoint) -> Any:
        found = modules[entry.name]
        if isinstance(found, Exception):
            raise found
        return found

    entries = [EntryPoint(name, f"autrui:{name}", "partageons.readers") for name in modules]
    monkeypatch.setattr(extensions, "entry_points", lambda group: entries)
    monkeypatch.setattr(EntryPoint, "load", load)


def test_extensions(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    good = SimpleNamespace(start=1, read=2)
    announced(monkeypatch, good=good, feed=good, short=SimpleNamespace(start=1), broken=ImportError("non"))
    assert extensions.extensions("partageons.readers", {"feed"}, ("start", "read")) == {"good": good}
    assert "déjà pris" in caplog.text and "il manque read" in caplog.text and "ne peut pas être chargé" in caplog.text
