"""The documentation against the code: what it lists is what there is, what it shows is what comes out."""

from __future__ import annotations

import inspect
import json
import os
import re
import shlex
import tomllib
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from click.testing import CliRunner
from marshmallow import Schema

from bridge import accounts, cli, console, fetch, harvest, record, refresh
from bridge.collective import Collective
from bridge.config import SETTINGS
from bridge.harvest import asking
from bridge.meaning import mapping_file, sets
from bridge.meaning.convert import CONVERTERS, EVIDENCE
from bridge.meaning.mapping import ABSTRACT, apply
from bridge.meaning.target import load_target
from bridge.readers import READERS, page_list
from bridge.recognise import look
from bridge.record import SCHEMES, Response, to_json
from bridge.refresh import ending, pace
from bridge.store import ledger
from bridge.store.search import FACETS
from bridge.web import coordination, create_app, sources
from bridge.writers import WRITERS, dcat_xml, oai_dc, oai_qdc, unimarc_xml, yeswiki
from tests.writers_cases import FEED, FULL, WORDS, one

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
READMES = ("README.md", "README.en.md")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
# Folders that are not ours, or not there in a fresh copy.
MADE = {"node_modules", "vendor", "dist", "var"}


def pages() -> Iterator[Path]:
    for folder, names, files in os.walk(ROOT):
        names[:] = [name for name in names if not name.startswith(".") and name not in MADE]
        yield from (Path(folder) / name for name in files if name.endswith(".md"))


def prose(page: Path) -> str:
    """The page without its blocks of code."""
    return re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def text(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def section(name: str, title: str) -> str:
    """What a page says under a heading."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text(name), re.MULTILINE | re.DOTALL)
    assert found, f"{name} has no heading « {title} »"
    return found[1]


def blocks(words: str, language: str) -> list[str]:
    """The blocks of code of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", words, re.MULTILINE | re.DOTALL)


def tables(words: str) -> list[list[list[str]]]:
    """The cells of the rows of each Markdown table, heads apart."""
    found = re.findall(r"(?:^\|.*\n)+", words, re.MULTILINE)
    return [[[cell.strip() for cell in line.strip("|").split("|")] for line in each.splitlines()[2:]] for each in found]


def codes(words: str) -> list[str]:
    """What is between back-ticks."""
    return re.findall(r"`([^`]+)`", words)


def first(table: list[list[str]]) -> list[str]:
    """The first code of each row."""
    return [codes(row[0])[0] for row in table]


# Links and paths

every_page = pytest.mark.parametrize("page", sorted(pages()), ids=lambda page: str(page.relative_to(ROOT)))
every_readme = pytest.mark.parametrize("name", READMES)


def anchors(page: Path) -> set[str]:
    """The marks that code forges make of headings."""
    titles = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    kept = (re.sub(r"[^\w\- ]", "", unicodedata.normalize("NFC", title).lower()) for title in titles)
    return {title.strip().replace(" ", "-") for title in kept}


@every_page
def test_every_relative_link_leads_to_a_file(page: Path) -> None:
    for target in re.findall(r"\]\(([^()\s]+)\)", prose(page)):
        if not urlsplit(target).scheme:
            path, _, anchor = unquote(target).partition("#")
            there = (page.parent / path).resolve() if path else page
            assert there.exists() and there.is_relative_to(ROOT), f"{target} leads nowhere"
            assert not anchor or anchor in anchors(there), f"{target}: no such heading"


@every_page
def test_every_path_of_the_project_exists(page: Path) -> None:
    for path in codes(prose(page)):
        made = path == "bench/results.json"  # by `make bench`; git ignores it
        if re.fullmatch(r"(?:bridge|docs|tests|plugins|scripts|bench)/[\w./-]*", path) and not made:
            assert (ROOT / path).exists(), path


@every_readme
def test_readmes_lead_to_every_page(name: str) -> None:
    targets = re.findall(r"\]\(([^()\s]+)\)", prose(ROOT / name))
    assert {f"docs/{page.name}" for page in DOCS.glob("*.md")} <= set(targets)
    assert set(READMES) - {name} <= set(targets)


@every_readme
def test_readmes_name_no_machine(name: str) -> None:
    page = (ROOT / name).read_text(encoding="utf-8")
    hosts = {urlsplit(url).hostname or "" for url in re.findall(r"https?://[^\s`)|]+", page)}
    assert all(host == "127.0.0.1" or host.endswith(".exemple.fr") for host in hosts), hosts
    assert not re.search(r"(?<![\w.:/])/(?:home|root|srv|usr|var|opt|mnt|tmp|Users)\b|\b[A-Z]:\\", page)


@every_readme
def test_commands_that_readmes_show_exist(name: str) -> None:
    page = (ROOT / name).read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    asked = re.findall(r"^\$ make (\w+)$", page, re.MULTILINE)
    assert asked[:2] == ["run", "test"] and set(asked) <= set(targets)
    shown = re.findall(r"^\$ partageons (\w+)", page, re.MULTILINE)
    assert shown and set(shown) <= set(cli.main.commands)


# Addresses


def routes(collective: Collective) -> set[str]:
    rules = map(str, create_app(collective).url_map.iter_rules())
    return {rule for rule in rules if not rule.startswith(("/en/", "/static/")) and "<path:rest>" not in rule}


def test_every_address_is_listed(collective: Collective) -> None:
    (table,) = tables(section("exploiter.md", "Les adresses"))
    assert sorted(first(table)) == sorted(routes(collective))


@pytest.mark.parametrize("page", [*READMES, "docs/partenaire.md"])
def test_every_format_is_offered(page: str, collective: Collective) -> None:
    told = codes(prose(ROOT / page))
    offered = [code for code in told if re.fullmatch(r"/feed\.[\w.]+", code)]
    assert sorted(offered) == sorted(f"/feed.{writer.EXTENSION}" for writer in WRITERS.values())
    assert {"/oai", "/api/v1/records"} <= set(told) & routes(collective)


def test_filters_and_sets_are_those_of_the_code() -> None:
    page = text("partenaire.md")
    assert codes(page.partition("Filtres : ")[2].partition(";")[0]) == list(FACETS)
    assert re.findall(r"`(\w+):…`", page) == list(sets.PARENTS)
    asked = re.findall(r"[?&]([a-z]+)=", blocks(page, "text")[0])
    assert asked and set(asked) <= set(FACETS)


def test_licences_are_those_of_the_vocabulary(collective: Collective) -> None:
    listed = codes(section("partenaire.md", "Votre licence").partition("Licences reconnues")[2])
    assert listed == [licence.code for licence in collective.vocabulary.licences]


# Settings and store


def test_settings_are_those_of_the_code() -> None:
    (table,) = tables(section("exploiter.md", "Régler"))
    listed = [tuple(codes(cell)[0] for cell in row[:3]) for row in table]
    shown = (list(s.default) if isinstance(s.default, tuple) else s.default for s in SETTINGS)
    defaults = (json.dumps(default, default=str, ensure_ascii=False) for default in shown)
    assert listed == [(s.key, s.variable, default) for s, default in zip(SETTINGS, defaults, strict=True)]


def test_settings_that_a_page_shows_can_be_read() -> None:
    (example,) = (tomllib.loads(block) for block in blocks(text("exploiter.md"), "toml"))
    readers = {setting.key: setting.read for setting in SETTINGS}
    assert {key: readers[key](value) for key, value in example.items()} == example


def test_tables_of_the_store_are_in_the_groups_that_are_told() -> None:
    (table,) = tables(section("architecture.md", "La base"))
    names = list(ledger.metadata.tables)
    assert set(first(table)) == {f"{name.partition('_')[0]}_*" for name in names}
    assert all(f"`{name}`" in section("exploiter.md", "Sauvegarder") for name in first(table))


# Commands


def commands() -> dict[str, str]:
    """Each command, and what is said of it."""
    found = re.split(r"^## `partageons (\w+)`$", text("commandes.md"), flags=re.MULTILINE)
    return dict(zip(found[1::2], found[2::2], strict=True))


def test_commands_are_those_of_the_program() -> None:
    assert set(commands()) == set(cli.main.commands)


@pytest.mark.parametrize("name", cli.main.commands)
def test_each_command_has_its_options_and_an_example(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, command = commands()[name], cli.main.commands[name]
    told = re.findall(r"(?<![\w-])--[a-z-]+", said.partition("```console")[0])
    assert set(told) == {option for each in command.params for option in each.opts if option.startswith("--")}
    (example,) = blocks(said, "console")
    line = example.splitlines()[0].partition(" > ")[0].removeprefix("$ partageons ")
    given = [word.strip('"') for word in re.findall(r'"[^"]*"|\S+', line)]
    assert given[0] == name
    monkeypatch.chdir(tmp_path)
    for word in given[1:]:
        if word.endswith(".tar.gz"):
            (tmp_path / word).touch()
    command.make_context(name, given[1:])  # refuses what the command does not take


def test_formats_of_export_are_those_of_the_writers() -> None:
    assert codes(commands()["export"].partition("- `--source")[0]) == sorted(WRITERS)


Run = Callable[..., str]


@pytest.fixture
def run(web: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """``run("harvest", code=0)``: what a command prints, in a folder of its own, before the two tables of the guide."""
    tables_ = blocks(text("correspondances.md"), "csv")
    for url, table in zip(("https://parc.example/actions.csv", JARDINS), tables_, strict=True):
        web.put(url, table, content_type="text/csv; charset=utf-8")
    for module in (cli.partners, console):
        monkeypatch.setattr(module, "fetcher", lambda _: web)
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str, code: int = 0) -> str:
        done = CliRunner().invoke(cli.main, arguments)
        assert done.exit_code == code, done.output
        return done.output

    return call


def test_values_are_of_the_shape_that_is_told(run: Run, tmp_path: Path) -> None:
    """The worked example goes through the program; the pages show what it answers."""

    def answer(*arguments: str, code: int = 0) -> Any:
        return json.loads(run(*arguments, "--json", code=code))

    told = {name: [json.loads(block) for block in blocks(said, "json")] for name, said in commands().items()}
    added, (shown,) = answer("add", "https://parc.example/actions.csv", "--id", "parc-exemple"), told["add"]
    assert list(shown) == list(added)
    assert (shown["options"], shown["unmapped"]) == (added["options"], added["unmapped"])
    assert shown["records"][0].items() <= added["records"][0].items()

    (tmp_path / "sites.csv").write_text("https://parc.example/actions.csv\nhttps://ailleurs.example\n" + JARDINS)
    many = answer("add", "--from", "sites.csv", code=1)
    listed = set(codes(commands()["add"].partition("avec `--from`, une liste")[2].partition("\n\n")[0]))
    assert listed == {*many[0], *many[1], *many[2]} | {each["state"] for each in many}

    (state, previewed), (row,) = told["check"], answer("check", "parc-exemple")
    (shown,) = previewed
    assert list(shown) == list(row)
    assert {k: v for k, v in row.items() if isinstance(v, int)}.items() <= shown.items()
    for name in ("problems", "unplaced", "unknown", "patterns"):
        assert list(shown[name][0]) == list(row[name][0]), name
    assert shown["records"][0].items() <= row["records"][0].items()
    assert shown["unplaced"] == row["unplaced"]
    (word,) = (each for each in row["unknown"] if each["label"] == "Cour d'école")
    (suggested,) = shown["unknown"][0].pop("suggestions")
    assert shown["unknown"][0].items() <= word.items()
    assert suggested.keys() == word["suggestions"][0].keys() and suggested["id"] == word["suggestions"][0]["id"]
    assert round(word["suggestions"][0]["confidence"], 2) == suggested["confidence"]
    assert word["suggestions"][0]["reason"] == suggested["reason"]

    for name in ("harvest", "status"):
        (row, *_), ((shown,),) = sorted(answer(name), key=lambda each: each["source"] != "parc-exemple"), told[name]
        assert list(shown) == list(row) and list(shown["problems"][0]) == list(row["problems"][0])
        assert {k: v for k, v in row.items() if isinstance(v, int)}.items() <= shown.items()
    checked = answer("check")
    assert list(checked) == list(state) and list(checked["sources"][0]) == list(state["sources"][0])
    (tmp_path / "mappings" / "fausse.toml").write_text("[source]\n")
    said = " ".join(commands()["check"].split()).partition("les tables fausses (")[2].partition(")")[0]
    assert codes(said) == list(answer("check", code=1)["broken"][0])
    answering = {name for name, each in cli.main.commands.items() if any("--json" in p.opts for p in each.params)}
    assert answering - {name for name, shown in told.items() if shown} == {"demo"}  # it answers what ``harvest`` does


# Mapping files

JARDINS = "https://jardins.example/experiences.csv"
KINDS = "Les sortes de sources et leurs options"
EXAMPLES = blocks(text("correspondances.md"), "toml")


@pytest.mark.parametrize(
    ("number", "schema"),
    [
        *enumerate(
            (
                mapping_file._File,
                mapping_file._SourceTable,
                mapping_file._Agreement,
                mapping_file._Expect,
                mapping_file._TargetTable,
                mapping_file._PushTable,
                mapping_file._Select,
            )
        )
    ],
)
def test_keys_of_a_mapping_file(number: int, schema: type[Schema]) -> None:
    """Each table lists the keys of a schema, in order: those that must be there, the defaults of the others."""
    declared = {field.data_key or name: field for name, field in schema().fields.items()}
    table = tables(section("correspondances.md", "Toutes les clés"))[number]
    assert first(table) == list(declared)
    for (key, field), row in zip(declared.items(), table, strict=True):
        assert ("**obligatoire**" in row[1]) == field.required, key
        if isinstance(field.load_default, str | int) and field.load_default != "":
            default = field.load_default
            assert codes(row[2])[0] == (str(default).lower() if isinstance(default, bool) else str(default)), key


def test_fields_of_a_mapping_file() -> None:
    said = section("correspondances.md", "Tous les champs")
    ours, place = map(first, tables(said))
    assert (ours, place) == (list(CONVERTERS), list(EVIDENCE))
    with_values = said.partition("acceptent une table `[values.…]` : ")[2].partition("\n\n")[0]
    assert sorted(codes(with_values)) == sorted([*SCHEMES, "licence"])


def test_there_are_eight_rules() -> None:
    assert re.findall(r"^(\d+)\. ", section("correspondances.md", "Les huit règles"), re.MULTILINE) == list("12345678")


def test_kinds_of_sources_and_their_options() -> None:
    said, *parts = re.split(r"^### `(\w+)`\n", section("correspondances.md", KINDS), flags=re.MULTILINE)
    (table,) = tables(said)
    assert first(table) == list(READERS)
    told = {kind: first(*tables(text)) for kind, text in zip(parts[::2], parts[1::2], strict=True)}
    for kind, reader in READERS.items():
        modules = [reader, page_list] if kind == "html_page" else [reader]
        source_ = "".join(map(inspect.getsource, modules))  # type: ignore[arg-type]
        asked = set(re.findall(r'options(?:\.get\(|\[)"(\w+)"', source_))
        assert len(told.get(kind, [])) == len(asked) and set(told.get(kind, [])) == asked, kind


def test_kinds_are_named_for_visitors() -> None:
    assert set(sources.KINDS) == set(READERS)


def test_presets_are_those_that_ship(collective: Collective) -> None:
    (table,) = tables(section("correspondances.md", "Les modèles"))
    assert first(table) == sorted(collective.presets())


def test_examples_of_mapping_files_are_taken(collective: Collective) -> None:
    kinds = [taken.kind for example in EXAMPLES if (taken := collective.load(example, "exemple.toml"))]
    assert kinds == ["csv_file", "csv_file", "yeswiki", "wordpress", "html_page", "yeswiki"]
    presets, words = collective.presets(), collective.vocabulary
    targets = [found.id for each in EXAMPLES if (found := load_target(each, "agences.toml", presets, words))]
    assert targets == ["civam-exemple", "agences", "agences"]


def test_the_worked_example_gives_what_it_says(collective: Collective) -> None:
    (table, _), (shown, *_) = (blocks(text("correspondances.md"), language) for language in ("csv", "json"))
    parc = collective.load(EXAMPLES[0], "parc-exemple.toml")
    assert parc
    answer = Response(parc.url, 200, {"content-type": "text/csv; charset=utf-8"}, table.encode())
    mapped = [apply(parc, item) for item in READERS[parc.kind].read(answer, parc.options).items]
    pond, hedges, night, compost = [to_json(one.record) for one in mapped if one.record]
    told = json.loads(shown)
    # As JSON: tuples are lists there.
    assert json.loads(json.dumps({key: value for key, value in pond.items() if key in told})) == told
    assert pond.keys() - told.keys() == {"origin", "point"}
    assert (hedges["period"], night["period"]) == ("2021/2023", "2020/..") and hedges["budget"]["approx"]
    assert night["budget_text"] == "9 mois ETP" and "budget" not in night
    assert [bool(one.problems) for one in mapped] == [False, False, True, False] and "territories" not in night
    assert "themes" not in compost and not any(one.unplaced for one in mapped)
    assert len(mapped) >= parc.minimum


def test_the_coordinator_s_example_gives_what_it_says(run: Run, tmp_path: Path) -> None:
    """The commands of the guide, one after another, write the file that it shows; nothing is left to answer."""
    (walk,) = blocks(section("correspondances.md", "Sans écrire une ligne"), "console")
    lines = [shlex.split(line.removeprefix("$ partageons ")) for line in walk.splitlines()]
    assert {line[0] for line in lines} == {"add", "check", "accept", "assign", "harvest"}
    for line in lines:
        printed = run(*line)
        if line[0] == "check":
            words = [line[3] for line in lines if line[0] == "accept"]
            fields = [line[2] for line in lines if line[0] == "assign"]
            assert all(f"« {word} »" in printed for word in words) and all(f"× {name}" in printed for name in fields)
            assert "Fauche tardive »" not in printed and "Jardins partagés »" not in printed
    written = (tmp_path / "mappings" / "jardins-experiences.toml").read_text(encoding="utf-8")
    corrected = EXAMPLES[1].replace("Jardins de l'Exemple", "jardins.example").replace("CC-BY-SA-4.0", "NOASSERTION")
    assert written == corrected
    (row,) = json.loads(run("check", "--json"))["sources"]
    assert (row["unknown"], row["unplaced"], row["problems"]) == (0, 0, 0)


def test_pictures_are_shown_and_light() -> None:
    shown = {path.name for page in pages() for path in map(Path, re.findall(r"!\[[^\]]+\]\(([^)]+)\)", prose(page)))}
    found = {path.name: path.stat().st_size for path in (DOCS / "images").iterdir()}
    assert set(found) == shown and max(found.values()) < 180_000


# The house


def test_floors_are_those_that_are_checked() -> None:
    (layers,) = (c["layers"] for c in PROJECT["tool"]["importlinter"]["contracts"] if c["type"] == "layers")
    (table,) = tables(section("architecture.md", "Les étages"))
    assert [" | ".join(codes(row[0])) for row in table] == layers


def test_the_tree_names_everything() -> None:
    (tree,) = blocks(section("architecture.md", "L'arbre"), "text")
    inside = [each for each in (ROOT / "bridge").iterdir() if each.name != "__pycache__"]
    named = re.findall(r"^  (\S+)", tree, re.MULTILINE)
    assert sorted(named) == sorted(each.name + "/" * each.is_dir() for each in inside)
    assert all((ROOT / name).is_dir() for name in re.findall(r"^(\S+)", tree, re.MULTILINE))


def test_libraries_are_those_of_the_package() -> None:
    (table,) = tables(section("architecture.md", "Les bibliothèques, et pourquoi"))
    assert first(table) == [re.split(r"[^\w-]", each)[0] for each in PROJECT["project"]["dependencies"]]


def test_every_standard_says_how_it_is_checked() -> None:
    found = tables(text("standards.md"))
    assert len(found) == 4 and all("`tests/" in row[-1] for table in (*found[:2], *found[3:]) for row in table)


def test_figures_are_those_of_the_code() -> None:
    partner, house, readme, commands_ = (
        " ".join(words.split())
        for words in (
            text("partenaire.md"),
            section("architecture.md", "Le retrait"),
            prose(ROOT / READMES[0]),
            text("commandes.md"),
        )
    )
    assert f"{ABSTRACT} caractères" in partner and f"{ABSTRACT} caractères" in text("correspondances.md")
    unlisted, emptied = ending.UNLISTED_AFTER.days, ending.EMPTIED_AFTER.days
    assert f"bout de {unlisted} jours ses fiches quittent" in partner and f"bout de {emptied} elles" in partner
    assert f"au {unlisted}ᵉ, ses fiches sont retirées au {emptied}ᵉ" in house
    assert "toute la source ; 5 au moins et plus de 20 % ; plus de 50 et plus de 2 %" in house
    too_many = {(4, 4): True, (5, 24): True, (5, 25): False, (4, 5): False, (51, 2549): True, (51, 2550): False}
    assert {case: refresh.too_many(*case) for case in too_many} == too_many
    assert (record.PAUSE, record.PAGE_PAUSE, fetch.LONGEST_CRAWL_DELAY, fetch.LONGEST_RETRY_AFTER) == (1, 5, 60, 120)
    assert all(said in partner for said in ("une seconde de pause", "jusqu'à une minute", "jusqu'à deux minutes"))
    assert look._ASKED_MAX == 20 and "vingt demandes au plus" in partner
    visits = " ".join(section("correspondances.md", "Ce qui est redemandé, et quand").split())
    assert (asking.FULL_WALK_EVERY.total_seconds(), harvest.WALK_MAX) == (24 * 3600, 3600)
    assert "Toutes les 24 heures tout est redemandé" in visits and "une heure au plus" in visits
    assert f"Entre deux pages web, {record.PAGE_PAUSE:.0f} secondes" in visits
    assert f"{asking.TRUSTED_FOR.days} jours" in visits and f"plus de {harvest.FAILURES_MAX} pannes" in visits
    assert f"{harvest.PAGES_MAX:_} pages".replace("_", " ") in visits
    office = " ".join(section("exploiter.md", "Les coordinateurs").split())
    assert f"{accounts.PASSWORD_MIN} caractères au moins" in office
    assert coordination.DAY.total_seconds() == 12 * 3600 and "pour douze heures" in office
    paces = (pace.SHORTEST.total_seconds(), pace.FIRST.total_seconds(), pace.LONGEST.total_seconds())
    assert paces == (300, 3600, 24 * 3600) and "entre cinq minutes et un jour" in partner
    assert pace.RESTS == 10 and "se repose dix fois ce temps" in " ".join(
        section("architecture.md", "Le rythme").split()
    )
    timeline = ROOT / "bridge" / "demo" / "content" / "timeline.toml"
    assert tomllib.loads(timeline.read_text(encoding="utf-8"))["every"] == 15
    assert "outes les quinze secondes" in readme and "outes les quinze secondes" in commands_


def test_every_measure_is_described() -> None:
    said = (ROOT / "bench" / "README.md").read_text(encoding="utf-8")
    measures = {each.stem for each in (ROOT / "bench").glob("*.py") if "def figures(" in each.read_text("utf-8")}
    assert set(re.findall(r"^\*\*`(\w+)`\*\*", said, re.MULTILINE)) == measures


def test_every_file_of_data_has_its_origin_and_licence() -> None:
    folder = ROOT / "bridge" / "data"
    files, licences, *_ = tables((folder / "README.md").read_text(encoding="utf-8"))
    assert first(files) == [name for name in first(files) if (folder / name).is_file()]
    assert {each.name for each in folder.iterdir()} == {"README.md", *first(files)}
    assert licences and all(len(row) == 5 and row[2] for row in licences)


# Field by field

COLUMNS_OF_STANDARDS: tuple[Callable[[record.Record], str], ...] = (
    lambda r: oai_dc.fragment(r, WORDS),
    lambda r: oai_qdc.fragment(r, WORDS),
    lambda r: one("schema_org", r).decode(),
    lambda r: dcat_xml.fragment(r, WORDS),
    lambda r: unimarc_xml.fragment(r, WORDS),
    lambda r: b"".join(yeswiki.entries([record.Entry(r.id, "2026-11-01T10:00:00Z", record=r)], FEED, 1)).decode(),
    lambda r: one("wordpress", r).decode(),
)
"""What a record becomes in each column of the table, as a text in which the terms of the table can be read."""


def test_what_becomes_of_each_field_is_what_the_table_says() -> None:
    (rows,) = tables(section("standards.md", "Champ par champ"))
    assert [codes(row[0])[0] for row in rows] == list(record.FIELDS)
    blank = record.Record(id="autre:1", source="autre", title="Autre")
    full = replace(
        FULL, created="2019-02-03T10:00:00Z"
    )  # not the year of the work: it stands for it where there is none
    written = [write(full) for write in COLUMNS_OF_STANDARDS]
    for field, *cells in rows:
        (name,) = codes(field)
        without = replace(full, **{name: getattr(blank, name)})
        for whole, write, cell in zip(written, COLUMNS_OF_STANDARDS, cells, strict=True):
            assert (cell != "–") == (write(without) != whole), (name, cell)
            for term in codes(cell):
                tag, _, code = term.partition(" $")
                assert re.search(rf'[<":]{re.escape(tag)}[ >"]', whole), (name, term)
                assert f'code="{code}"' in whole if code else True, (name, term)
