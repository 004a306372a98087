"""YesWiki's markup -> simple HTML, which the mapping sanitises as any other. No I/O."""

from __future__ import annotations

import html
import re

_ACTION = re.compile(r"\{\{[^{}]*\}\}")
_MARKED = re.compile(r"\*\*|//|\[\[|==|__|##|@@|\"\"|\n|^[ \t]+[*-]|----")
_TAGS = re.compile(r"</?(?:p|div|ul|ol|li|h[1-6]|table|br|blockquote)\b", re.I)
# Each repetition is bounded: a text made to be slow stays cheap.
_RAW = re.compile(r'""(.*?)""', re.S)
_LINK = re.compile(r"\[\[ ?([^\s\[\]|]{1,2000})(?:[ |]([^\[\]\n]{0,1000}))?\]\]")
_HEADING = re.compile(r"^[ \t]*(={2,6})(?!=)([^\n]{1,300}?)={2,6}[ \t]*$", re.M)
_ITEM = re.compile(r"[ \t]+(?:[*-]|(?:\d+|[a-zA-Z])\))\s*(.*)")
_INLINE = (
    (re.compile(r"\*\*([^\n]{1,500}?)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"(?<![\w:/\"])//(?!/)([^\n]{1,500}?)(?<![:/])//"), r"<em>\1</em>"),
    (re.compile(r"==([^\n]{1,500}?)=="), r"<strong>\1</strong>"),
    (re.compile(r"(?:__|##|@@|££)([^\n]{1,500}?)(?:__|##|@@|££)"), r"\1"),
)


def without_actions(text: str) -> str:
    """The text without ``{{actions}}``: attachments, buttons, lists that only the wiki can show."""
    return _ACTION.sub("", text) if "{{" in text else text


def to_html(text: str, base: str) -> str:
    """HTML for a text in wiki markup; ``base`` is the wiki's address, for links to its pages.

    A text that is HTML already (the editor of a field can change, its old values stay) only loses its actions.
    """
    text = without_actions(text.replace("\r\n", "\n")).strip("\n")
    if _TAGS.search(text) or not _MARKED.search(text):
        return text.strip()
    text = _RAW.sub(r"\1", text)
    text = _LINK.sub(lambda m: _link(m[1], (m[2] or m[1]).strip(), base), text)
    text = _HEADING.sub(lambda m: f"\n<h3>{m[2].strip()}</h3>\n", text)
    for pattern, replacement in _INLINE:
        text = pattern.sub(replacement, text)
    return _blocks(text)


def _link(target: str, label: str, base: str) -> str:
    address = target if re.match(r"https?://|mailto:", target) else f"{base}?{target}"
    return f'<a href="{html.escape(html.unescape(address))}">{label}</a>'


def _blocks(text: str) -> str:
    """Lines grouped into lists and paragraphs."""
    out: list[str] = []
    lines: list[str] = []
    tag = ""

    def close() -> None:
        if lines:
            inner = "".join(f"<li>{line}</li>" for line in lines) if tag == "ul" else "<br>".join(lines)
            out.append(f"<{tag}>{inner}</{tag}>")
            lines.clear()

    for line in text.split("\n"):
        entry = _ITEM.fullmatch(line)
        wanted = "ul" if entry else "p"
        bare = line.strip()
        if wanted != tag or not bare or bare.startswith(("<h3>", "----")):
            close()
            tag = wanted
        if bare.startswith("<h3>"):
            out.append(bare)
        elif bare and not bare.startswith("----"):
            lines.append(entry[1].strip() if entry else bare)
    close()
    return "".join(out)
