"""Translations of the pages: compile them, or bring the files to translate up to date with the code.

Usage: python scripts/translations.py            compile every messages.po (not committed, shipped in the wheel)
       python scripts/translations.py --update   read the code again, keep what is translated, then compile
"""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

WEB = Path(__file__).parents[1] / "bridge" / "web"
METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"templates/**.html": {"trimmed": "true"}}
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None}


def extract() -> Catalog:
    """Every French string of the code and the templates."""
    found = Catalog(charset="utf-8", fuzzy=False)
    for file, _, message, comments, context in extract_from_dir(WEB, METHODS, OPTIONS, KEYWORDS):
        found.add(message, None, [(file, 0)], auto_comments=comments, context=context)
    return found


def main() -> None:
    incomplete = []
    for path in sorted((WEB / "translations").glob("*/LC_MESSAGES/messages.po")):
        with path.open("rb") as file:
            catalog = read_po(file, path.parts[-3])
        if "--update" in sys.argv[1:]:
            catalog.update(extract(), no_fuzzy_matching=True)
            catalog.obsolete.clear()
            with path.open("wb") as file:
                write_po(file, catalog, width=100, sort_output=True, omit_header=False, include_lineno=False)
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalog)
        missing = [message.id for message in catalog if message.id and not all(_strings(message.string))]
        incomplete += [f"{path.parts[-3]} : {text!r} n'est pas traduit." for text in missing]
    sys.stdout.write("".join(f"{line}\n" for line in incomplete))


def _strings(string: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return string if isinstance(string, tuple) else (string or "",)


if __name__ == "__main__":
    main()
