"""The partners' plugins as zips to install, in ``dist/``: the same files give the same bytes, wherever and whenever.

Usage: python scripts/plugins.py             build the zips, after checking that every file says the project's version
       python scripts/plugins.py --stamp     write the project's version in the files that say it, then build
       python scripts/plugins.py --words     bring the files to translate up to date with the code, then build
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import runpy
import struct
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[1]
PLUGINS = ("wordpress", "php", "yeswiki")
NAMES = {"yeswiki": "yeswiki-extension-partageons-v{version}.zip"}
"""How a zip is named where the project's way is not that of those who install it."""
LICENCES = {"yeswiki": "LICENSE"}
"""The text of a plugin's licence where it is not that of the core."""
REPOSITORY = "yeswiki-repository/doryphore"
"""What the update page of a YesWiki reads, below the address that it is given: packages, their sums, their list."""
TOP = "partageons"
"""The folder that every zip holds: WordPress takes it for the name of the plugin."""
KINDS = frozenset(
    (".php", ".js", ".css", ".json", ".txt", ".po", ".pot", ".mo", ".svg", ".png", ".sql")  # WordPress and PHP
    + (".twig", ".yaml", ".xml")  # YesWiki
)
LEFT = frozenset(("tests", "core"))
"""Folders for developers, and the core where one of them linked it beside the plugin."""
VERSIONS = {
    "wordpress": (
        ("partageons.php", r"^ \* Version: +(\S+)$"),
        ("partageons.php", r"VERSION(?:', | = )'([^']+)'"),
        ("readme.txt", r"^Stable tag: (\S+)$"),
    ),
    "php": (("partageons.php", r"VERSION(?:', | = )'([^']+)'"),),
    "yeswiki": (
        ("desc.xml", r'^<plugin name="partageons" version="([^"]+)" active="1">$'),
        ("services/Parts.php", r"VERSION(?:', | = )'([^']+)'"),
    ),
}
"""Where each plugin says its version: a file, and what captures the version in it."""


def version(root: Path = ROOT) -> str:
    """The version of the project, which is that of its plugins."""
    return _only(r'^__version__ = "([^"]+)"$', (root / "bridge" / "__init__.py").read_text(encoding="utf-8"))[1]


def build(dist: Path, root: Path = ROOT, plugins: tuple[str, ...] = PLUGINS) -> dict[str, Path]:
    """The zip of each plugin, written in a folder.

    Raises:
        ValueError: a file says another version than the project's, or is of no kind that is installed.
    """
    dist.mkdir(parents=True, exist_ok=True)
    made = {}
    for plugin in plugins:
        check(root, plugin)
        name = NAMES.get(plugin, f"partageons-{plugin}-{{version}}.zip").format(version=version(root))
        made[plugin] = dist / name
        made[plugin].write_bytes(zipped(files(root, plugin)))
    if "yeswiki" in made:
        for name, content in repository(root, made["yeswiki"].read_bytes()).items():
            (dist / name).parent.mkdir(parents=True, exist_ok=True)
            (dist / name).write_bytes(content)
    return made


def repository(root: Path, package: bytes) -> dict[str, bytes]:
    """The files that a YesWiki installs the extension from, by its update page."""
    described = json.loads((root / "plugins" / "yeswiki" / "composer.json").read_text(encoding="utf-8"))
    name = f"extension-{TOP}-{version(root)}.zip"
    entry = {
        "version": version(root),
        "file": name,
        "description": described["description"],
        "documentation": described.get("homepage", ""),
        "minimal_php_version": _only(r"\^(\d+\.\d+)", described["require"]["php"].split("||")[0])[1] + ".0",
    }
    listed = json.dumps({f"extension-{TOP}": entry}, ensure_ascii=False, indent=2) + "\n"
    found = {
        name: package,
        # Not a protection: the one sum that the update page reads.
        f"{name}.md5": f"{hashlib.md5(package, usedforsecurity=False).hexdigest()}  {name}\n".encode(),
        "packages.json": listed.encode(),
    }
    return {f"{REPOSITORY}/{path}": content for path, content in found.items()}


def files(root: Path, plugin: str) -> dict[str, bytes]:
    """What is installed: a path below the plugin's folder, and its bytes."""
    found = dict(_read(root / "plugins" / plugin))
    found |= {f"core/{path}": content for path, content in _read(root / "plugins" / "core")}
    found["core/pv.xsd"] = (root / "plugins" / "pv.xsd").read_bytes()
    if plugin in LICENCES:
        found["core/LICENSE"] = (root / "plugins" / "LICENSE").read_bytes()
    found["LICENSE"] = (root / LICENCES.get(plugin, "plugins/LICENSE")).read_bytes()
    return found


def zipped(content: dict[str, bytes]) -> bytes:
    """A zip of files below ``TOP``: sorted, of one date (``SOURCE_DATE_EPOCH``, else 1980), of one mode."""
    at = datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH") or 0), UTC).timetuple()[:6]
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(content):
            entry = zipfile.ZipInfo(f"{TOP}/{path}", max(at, (1980, 1, 1, 0, 0, 0)))
            entry.create_system = 3  # Unix, on every machine, so that the mode is read
            entry.external_attr = 0o100644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content[path], compresslevel=9)
    return target.getvalue()


def check(root: Path, plugin: str) -> None:
    """Every file that says a version says the project's."""
    for name, pattern in VERSIONS[plugin]:
        path = root / "plugins" / plugin / name
        said = _only(pattern, path.read_text(encoding="utf-8"), str(path))[1]
        if said != version(root):
            raise ValueError(f"{path} dit {said} ; le projet en est à {version(root)} (--stamp l'écrit).")


def stamp(root: Path, plugin: str) -> None:
    """Write the project's version in every file that says one."""
    for name, pattern in VERSIONS[plugin]:
        path = root / "plugins" / plugin / name
        text = path.read_text(encoding="utf-8")
        start, end = _only(pattern, text, str(path)).span(1)
        path.write_text(text[:start] + version(root) + text[end:], encoding="utf-8")


def _read(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if LEFT & set(inside.parts) or any(part.startswith(".") for part in inside.parts):
            continue
        if not path.is_file() or inside.name in ("README.md", "phpunit.xml") or path.suffix == ".mo":
            continue
        if path.suffix not in KINDS:
            raise ValueError(f"{path} n'est pas d'une sorte que l'on installe ({', '.join(sorted(KINDS))}).")
        yield inside.as_posix(), path.read_bytes()
        if path.suffix == ".po":
            yield inside.with_suffix(".mo").as_posix(), _compiled(path)


class _Words:
    """A translation as ``write_mo`` reads it, its header without the date and the program of its making."""

    charset = "utf-8"

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._catalog = read_po(file)

    def __iter__(self) -> Iterator[Message]:
        header, *messages = self._catalog
        kept = ("Language", "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Plural-Forms")
        lines = [line for line in str(header.string).splitlines(keepends=True) if line.startswith(kept)]
        yield Message("", "".join(line for line in lines if not line.startswith("Language-Team")))
        yield from messages


def _compiled(path: Path) -> bytes:
    target = io.BytesIO()
    write_mo(target, _Words(path))  # type: ignore[arg-type]  # it iterates, and reads the charset: nothing else
    # Babel says that there is no table of hashes by giving it no place; WordPress before 6.5 refuses such a file.
    compiled = bytearray(target.getvalue())
    total, _, translations = struct.unpack_from("=3I", compiled, 8)
    struct.pack_into("=I", compiled, 24, translations + 8 * total)
    return bytes(compiled)


def _only(pattern: str, text: str, where: str = "") -> re.Match[str]:
    """The one match of a pattern, so that a version cannot be said twice in two ways."""
    found = list(re.finditer(pattern, text, re.MULTILINE))
    if len(found) != 1:
        raise ValueError(f"{where} : {len(found)} fois « {pattern} », au lieu d'une.")
    return found[0]


def main(options: list[str]) -> None:
    if "--words" in options:
        for text in runpy.run_path(str(Path(__file__).with_name("plugin_words.py")))["update"](ROOT):
            sys.stdout.write(f"{text!r} n'est pas traduit.\n")
    try:
        if "--stamp" in options:
            for plugin in PLUGINS:
                stamp(ROOT, plugin)
        for path in build(ROOT / "dist").values():
            sys.stdout.write(f"{path.relative_to(ROOT)}\n")
    except (OSError, ValueError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
