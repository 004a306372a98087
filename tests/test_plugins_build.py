"""The zips of the plugins: the same bytes from the same files, what a partner installs and nothing of ours."""

from __future__ import annotations

import gettext
import hashlib
import io
import json
import os
import re
import runpy
import shutil
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from bridge import __version__
from scripts import plugin_words
from tests.terminal import ROOT

SCRIPT = ROOT / "scripts" / "plugins.py"
NAMES = ("wordpress", "php", "yeswiki")
ZIPS = (
    f"partageons-wordpress-{__version__}.zip",
    f"partageons-php-{__version__}.zip",
    f"yeswiki-extension-partageons-v{__version__}.zip",
)
REPOSITORY = Path("yeswiki-repository", "doryphore")


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(SCRIPT))


@pytest.fixture(scope="module")
def zips(script: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    made: dict[str, Path] = script["build"](tmp_path_factory.mktemp("dist"))
    return made


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The files of the project that the zips are made of, elsewhere, with other dates and other modes."""
    root = tmp_path / "un autre dossier"
    (root / "bridge").mkdir(parents=True)
    shutil.copy(ROOT / "bridge" / "__init__.py", root / "bridge")
    shutil.copy(ROOT / "LICENSE", root)
    ignored = shutil.ignore_patterns("*.mo")
    shutil.copytree(ROOT / "plugins", root / "plugins", copy_function=shutil.copyfile, ignore=ignored)
    shutil.copytree(ROOT / "scripts", root / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    for path in sorted(root.rglob("*"), reverse=True):
        os.utime(path, (2_000_000_000, 2_000_000_000))
        path.chmod(0o700)
    return root


def run(root: Path, *options: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(root / "scripts" / "plugins.py"), *options]
    return subprocess.run(command, cwd=root.parent, env={**os.environ, **more}, capture_output=True, text=True)


def test_another_folder_another_day_gives_the_same_bytes(zips: dict[str, Path], clone: Path) -> None:
    assert run(clone, TZ="Pacific/Auckland", LC_ALL="C").returncode == 0
    for name in NAMES:
        assert (clone / "dist" / zips[name].name).read_bytes() == zips[name].read_bytes()
    assert tuple(zips[name].name for name in NAMES) == ZIPS
    for path in (zips["yeswiki"].parent / REPOSITORY).iterdir():
        assert (clone / "dist" / REPOSITORY / path.name).read_bytes() == path.read_bytes()


def test_the_date_is_that_of_the_source(
    script: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def dates() -> set[tuple[int, ...]]:
        path = tmp_path / "a.zip"
        path.write_bytes(script["zipped"]({"b.php": b"", "a.php": b"a"}))
        with zipfile.ZipFile(path) as archive:
            assert archive.namelist() == ["partageons/a.php", "partageons/b.php"]
            return {entry.date_time for entry in archive.infolist()}

    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert dates() == {(1980, 1, 1, 0, 0, 0)}
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    assert dates() == {(2026, 9, 21, 14, 13, 20)}


@pytest.mark.parametrize("name", NAMES)
def test_the_zip_holds_the_plugin_its_core_and_its_licence(zips: dict[str, Path], name: str) -> None:
    with zipfile.ZipFile(zips[name]) as archive:
        assert archive.testzip() is None
        entries = archive.infolist()
        held = {entry.filename: archive.read(entry) for entry in entries}
    assert {entry.external_attr >> 16 for entry in entries} == {0o100644}
    assert all(path.startswith("partageons/") and ".." not in path for path in held)
    for path in (ROOT / "plugins" / "core" / "src").rglob("*.php"):
        assert held[f"partageons/core/src/{path.name}"] == path.read_bytes()
    begins = "GNU AFFERO GENERAL PUBLIC LICENSE\nVersion 3" if name == "yeswiki" else "GNU GENERAL PUBLIC LICENSE\n"
    assert held["partageons/LICENSE"].decode().lstrip().startswith(begins)
    main = "partageons/wiki.php" if name == "yeswiki" else "partageons/partageons.php"
    assert "partageons/core/autoload.php" in held and main in held
    developers = [path for path in held if "test" in path.lower() or path.endswith(("README.md", "phpunit.xml", ".py"))]
    assert developers == []


def test_the_extension_is_as_yeswiki_wants_it(zips: dict[str, Path]) -> None:
    """One folder, a description by which it is found and its version known, what YesWiki loads by its place."""
    with zipfile.ZipFile(zips["yeswiki"]) as archive:
        held = {name.partition("/")[2]: archive.read(name).decode() for name in archive.namelist()}
    described = ET.fromstring(held["desc.xml"])
    assert (described.tag, described.attrib) == (
        "plugin",
        {"name": "partageons", "version": __version__, "active": "1"},
    )
    assert {each.tag for each in described} == {"author", "label", "desc"} and all(each.text for each in described)
    assert json.loads(held["composer.json"])["require"]["php"].startswith("^7.4")
    assert held["core/LICENSE"].lstrip().startswith("GNU GENERAL PUBLIC LICENSE\n"), "the core keeps its own"
    assert {"config.yaml", "wiki.php", "controllers/ApiController.php", "services/Parts.php"} <= held.keys()
    assert f"VERSION = '{__version__}'" in held["services/Parts.php"]
    for path, text in held.items():
        kind, _, name = path.partition("/")
        if kind in ("services", "controllers"):
            space = {"services": "Service", "controllers": "Controller"}[kind]
            assert f"namespace YesWiki\\Partageons\\{space};" in text, path
            assert re.search(rf"class {name.removesuffix('.php')}\b", text), path
        if kind == "migrations":
            assert re.fullmatch(r"\d{14}_\w+\.php", name), path
            assert re.search(rf"^class {name[15:-4]} extends YesWikiMigration$", text, re.MULTILINE), path


def test_the_update_page_of_a_wiki_finds_the_extension(zips: dict[str, Path]) -> None:
    """What it asks of a repository: a list, a package whose name says what it is, its sum."""
    folder = zips["yeswiki"].parent / REPOSITORY
    (entry,) = json.loads((folder / "packages.json").read_text(encoding="utf-8")).values()
    assert entry.keys() >= {"version", "file", "description", "documentation", "minimal_php_version"}
    kind, _, rest = entry["file"].removesuffix(".zip").partition("-")
    assert (kind, re.sub(r"-\d+\.\d+\.\d+$", "", rest)) == ("extension", "partageons")
    assert (entry["version"], entry["minimal_php_version"]) == (__version__, "7.4.0")
    package = (folder / entry["file"]).read_bytes()
    assert package == zips["yeswiki"].read_bytes()
    assert (folder / f"{entry['file']}.md5").read_text().split(" ")[0] == hashlib.md5(package).hexdigest()


def test_the_french_of_wordpress_is_compiled(zips: dict[str, Path]) -> None:
    with zipfile.ZipFile(zips["wordpress"]) as archive:
        compiled = archive.read("partageons/languages/partageons-fr_FR.mo")
    words = gettext.GNUTranslations(io.BytesIO(compiled))
    assert words.gettext("Join the network") == "Rejoindre le réseau"
    assert words.ngettext("%d resource hidden here", "%d resources hidden here", 0) == "%d ressource masquée ici"
    # What WordPress before 6.5 asks of a file: the tables one after the other, that of hashes too though it is empty.
    magic, revision, total, originals, translations, hashes, place = struct.unpack("<7I", compiled[:28])
    assert (magic, revision, hashes) == (0x950412DE, 0, 0)
    assert translations - originals == place - translations == 8 * total
    assert b"Date" not in compiled[: compiled.index(b"Plural-Forms") + 200]


def test_another_version_is_refused_then_stamped(clone: Path) -> None:
    header = clone / "bridge" / "__init__.py"
    header.write_text(header.read_text().replace(f'"{__version__}"', '"98.7.6"'))
    refused = run(clone)
    assert refused.returncode == 1 and f"dit {__version__} ; le projet en est à 98.7.6" in refused.stderr
    assert not list(clone.glob("dist/*.zip"))
    assert run(clone, "--stamp").returncode == 0
    with zipfile.ZipFile(clone / "dist" / "partageons-wordpress-98.7.6.zip") as archive:
        main = archive.read("partageons/partageons.php").decode()
        readme = archive.read("partageons/readme.txt").decode()
    assert "98.7.6" in main and __version__ not in main and "Stable tag: 98.7.6\n" in readme
    with zipfile.ZipFile(clone / "dist" / "yeswiki-extension-partageons-v98.7.6.zip") as archive:
        assert b'version="98.7.6"' in archive.read("partageons/desc.xml")
        assert b"VERSION = '98.7.6'" in archive.read("partageons/services/Parts.php")


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (lambda plugin: (plugin / "notes.docx").touch(), "n'est pas d'une sorte que l'on installe"),
        (lambda plugin: (plugin / "readme.txt").write_text("Stable tag: 1\nStable tag: 2\n"), "2 fois"),
        (lambda plugin: (plugin / "readme.txt").unlink(), "readme.txt"),
        (lambda plugin: (plugin.parent / "yeswiki" / "desc.xml").write_text("<plugin/>"), "0 fois"),
    ],
)
def test_a_file_that_should_not_be_there_or_is_not(break_it: Callable[[Path], None], said: str, clone: Path) -> None:
    break_it(clone / "plugins" / "wordpress")
    refused = run(clone)
    assert refused.returncode == 1 and said in refused.stderr and "Traceback" not in refused.stderr


@pytest.mark.parametrize("name", NAMES)
def test_what_developers_leave_is_not_shipped(name: str, clone: Path, zips: dict[str, Path]) -> None:
    plugin = clone / "plugins" / name
    (plugin / "core").symlink_to(ROOT / "plugins" / "core")
    (plugin / ".cache").write_text("")
    (plugin / "README.md").write_text("Pour qui développe.")
    (plugin / "tests").mkdir(exist_ok=True)
    (plugin / "tests" / "SomeTest.php").write_text("<?php")
    assert run(clone).returncode == 0
    assert (clone / "dist" / zips[name].name).read_bytes() == zips[name].read_bytes()


# The words of WordPress

LANGUAGES = ROOT / "plugins" / "wordpress" / "languages"
UPDATE = "`python scripts/plugins.py --words`, puis traduire ce qu'il dit"
HOLES = re.compile(r"%(?:\d+\$)?[sdFf]|%%")


def catalogue(name: str) -> Catalog:
    with (LANGUAGES / name).open("rb") as file:
        return read_po(file)


def named(catalog: Catalog) -> set[tuple[str, str, str]]:
    return {(*(forms(m.id) + ("",))[:2], m.context or "") for m in catalog if m.id}


def forms(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


@pytest.fixture(scope="module")
def french() -> list[Message]:
    return [message for message in catalogue("partageons-fr_FR.po") if message.id]


def test_the_files_to_translate_are_those_of_the_code() -> None:
    code = plugin_words.template(ROOT / "plugins" / "wordpress")
    assert named(catalogue("partageons.pot")) == named(code), UPDATE
    assert named(catalogue("partageons-fr_FR.po")) == named(code), UPDATE
    again = io.BytesIO()
    write_po(again, code, width=100, sort_output=True, include_lineno=False)
    said = re.findall(r"^(?:#|msg|\").*", (LANGUAGES / "partageons.pot").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(said) <= {*again.getvalue().decode().splitlines(), "#, php-format"}, UPDATE


def test_everything_is_in_french(french: list[Message]) -> None:
    assert [message.id for message in french if message.fuzzy or not all(forms(message.string) or ("",))] == []
    plurals = [message for message in french if not isinstance(message.id, str)]
    assert plurals and all(len(forms(message.string)) == 2 for message in plurals)


def test_french_has_the_same_holes(french: list[Message]) -> None:
    for message in french:
        for form in forms(message.string):
            for text in forms(message.id)[-1:]:
                assert sorted(HOLES.findall(form)) == sorted(HOLES.findall(text)), message.id
                assert sorted(re.findall(r"</?\w+", form)) == sorted(re.findall(r"</?\w+", text)), message.id


def test_french_is_typed_as_it_is_printed(french: list[Message]) -> None:
    for message in french:
        for form in forms(message.string):
            text = re.sub(r"https?://\S+|<[^>]*>", "", form)
            assert not re.search(r"'|\.\.\.|[“”]| [:;?!»]|« |[^\s\u00a0\u202f\d][:;?!»](?!\S)", text), text
