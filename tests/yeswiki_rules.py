"""Safety rules for the YesWiki extension, besides those of ``php_rules``: its routes, its pages, its templates.

Each rule gives the lines that break it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from scripts.plugin_words import of, walk
from tests.php_rules import FUNCTIONS, Printed, Source, arguments, around, called, words

# Who may

ROUTE = re.compile(r"@Route\((?P<given>.*?)\)(?=\s|$)", re.DOTALL)


def routed(source: Source, public: frozenset[str]) -> Iterator[str]:
    """Each route says who may; only those of ``public`` are open to everyone; nothing else answers a request.

    A route that says nothing is open to whoever has a key of the wiki, whatever it does.
    """
    for method in source.nodes:
        if method.type != "method_declaration" or not _is_public(method):
            continue
        before = method.prev_named_sibling
        said = of(before) if before is not None and before.type == "comment" else ""
        routes = [re.sub(r"\s*\*\s*", " ", found["given"]) for found in ROUTE.finditer(said)]
        if not routes and of(method.child_by_field_name("name")) != "__construct":
            yield source.said(method, "une méthode publique qui n'est pas une route")
        for route in routes:
            path = re.match(r'\s*"([^"]+)"', route)
            acl = re.search(r'options\s*=\s*\{\s*"acl"\s*:\s*\{([^}]*)\}', route)
            names = re.findall(r'"([^"]*)"', acl[1]) if acl else []
            if not names or path is None:
                yield source.said(method, "une route sans acl")
            elif set(names) <= {"public", "*"} and path[1] not in public:
                yield source.said(method, "une route ouverte à tous")


def _is_public(method: Node) -> bool:
    modifiers = [of(child) for child in method.children if child.type == "visibility_modifier"]
    return modifiers in ([], ["public"])


SENT = ("$_POST", "$_REQUEST", "$_FILES", "$_COOKIE")


def sent(source: Source, allowed: frozenset[tuple[str, str]] = frozenset()) -> Iterator[str]:
    """What a form sends is looked at only after ``UserIsAdmin()`` said so, in the same function."""
    for node in source.nodes:
        if node.type != "variable_name" or of(node) not in SENT:
            continue
        if (source.name, of(node)) in allowed or (source.name, of(node.parent)) in allowed:
            continue
        function = around(node, *FUNCTIONS)
        checked = of(node) == "$_POST" and any(
            each.start_byte < node.start_byte and called(each) == "UserIsAdmin"
            for each in walk(function or source.tree)
            if each.type == "member_call_expression"
        )
        if not checked:
            yield source.said(node.parent or node, "lu sans avoir vérifié que c'est un administrateur")


def acted(source: Source) -> Iterator[str]:
    """Whoever does what the buttons of a page ask for checks its token first, as a form that was sent."""
    if "'partageons_act'" not in of(source.tree):
        return
    checks = [node for node in source.nodes if node.type == "member_call_expression" and called(node) == "checkToken"]
    if not any("'POST'" in of(each) for each in checks):
        yield source.said(source.tree, "un formulaire dont le jeton n'est pas vérifié")


WHO = words("UserIsAdmin UserIsOwner GetUser GetUserName HasAccess CheckACL canRead canEdit checkAcls getLoggedUser")


def impartial(source: Source) -> Iterator[str]:
    """What the feed says never depends on who asks for it: an administrator may be the one who does."""
    for node in source.nodes:
        if node.type == "member_call_expression" and called(node) in WHO:
            yield source.said(node, "le flux dépendrait de qui le demande")


# Queries

DIRECT = words("loadAll loadSingle LoadAll LoadSingle Query escape getLink real_escape_string multi_query")


def connected(source: Source, allowed: frozenset[tuple[str, str]] = frozenset()) -> Iterator[str]:
    """The database is asked through our connection, which prepares; the wiki's own takes values within the text."""
    for node in source.nodes:
        direct = node.type == "member_call_expression" and called(node) in DIRECT
        if direct and (source.name, called(node)) not in allowed:
            yield source.said(node, "la base est interrogée sans passer par Connection")


# What goes out

MADE = words("render renderInSquelette callAction")
"""Pages that templates make, which escape."""


class Shown(Printed):
    """What the extension gives to be shown as HTML: what an action returns, what becomes of a page, scripts in it."""

    def _sinks(self, source: Source) -> Iterator[tuple[Node, str]]:
        yield from super()._sinks(source)
        folder = source.name.split("/")[1]
        for node in source.nodes:
            if node.type == "return_statement" and folder in ("actions", "handlers"):
                function = around(node, *FUNCTIONS)
                if function is not None and function.type == "method_declaration":
                    for child in node.named_children:
                        if of(function.child_by_field_name("return_type")) not in ("int", "bool", "array"):
                            yield child, "montré sans échappement"
            elif node.type in ("assignment_expression", "augmented_assignment_expression"):
                if of(node.child_by_field_name("left")) in ("$this->output", "$plugin_output_new"):
                    right = node.child_by_field_name("right")
                    if right is not None:
                        yield right, "montré sans échappement"
            elif node.type == "member_call_expression" and called(node) in ("AddJavascript", "AddCSS"):
                yield from ((each, "écrit dans un script sans échappement") for each in arguments(node))

    def _unsafe(self, node: Node, source: Source) -> Iterator[Node]:
        if node.type == "member_call_expression" and called(node) in MADE:
            return
        if node.type == "function_call_expression":
            flags = of(node)
            if called(node) == "htmlspecialchars" and "ENT_QUOTES" in flags:
                return
            if called(node) == "json_encode" and "JSON_HEX_TAG" in flags:
                return
        yield from super()._unsafe(node, source)


@dataclass
class Template:
    """A template of Twig. ``name`` is its path below ``plugins/``."""

    name: str
    text: str

    def said(self, at: int, why: str) -> str:
        line = self.text.count("\n", 0, at) + 1
        return f"{self.name}:{line}: {why}: {self.text[at : at + 80].split(chr(10))[0]}"


PRINTED = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
BLOCK = re.compile(r"<(script|style)\b.*?</\1>", re.DOTALL | re.IGNORECASE)
RAW = re.compile(r"[\w.]+(?:\([^)]*\))?\s*\|\s*raw\b|\braw\s*[|}]")
UNSET = re.compile(r"\{%-?\s*(autoescape|apply\s+raw|sandbox)|\|\s*(escape|e)\(|template_from_string")
BARE = re.compile(r"\s[\w-]+\s*=\s*\{\{|\bon\w+\s*=|javascript:|\bsrcdoc\s*=")
FORM = re.compile(r"<form\b[^>]*>.*?</form>", re.DOTALL | re.IGNORECASE)
TOKEN = re.compile(r'<input type="hidden" name="partageons_token" value="\{\{ (token|csrfToken\(.*?\)) \}\}">')


def escaped(template: Template, allowed: frozenset[tuple[str, str]] = frozenset()) -> Iterator[str]:
    """Twig escapes what it prints: nothing tells it not to, nor is anything printed where that is not enough."""
    text = template.text
    for found in RAW.finditer(text):
        said = "".join(found[0].split())
        if not any(name == template.name and "".join(safe.split()) in said for name, safe in allowed):
            yield template.said(found.start(), "|raw ne doit pas servir")
    for found in UNSET.finditer(text):
        yield template.said(found.start(), "l'échappement ne se règle pas")
    for block in BLOCK.finditer(text):
        if PRINTED.search(block[0]):
            yield template.said(block.start(), "imprimé dans un script ou un style")
    for found in BARE.finditer(text):
        if _in_a_tag(text, found.start()):
            yield template.said(found.start(), "un attribut sans guillemets, ou un script dans un attribut")


def _in_a_tag(text: str, at: int) -> bool:
    before = re.sub(r"\{[{%#].*?[}%#]\}", "", text[:at], flags=re.DOTALL)
    return before.rfind("<") > before.rfind(">")


def tokened(template: Template) -> Iterator[str]:
    """Each form that is sent carries the token of the wiki."""
    for form in FORM.finditer(template.text):
        if 'method="get"' not in form[0].partition(">")[0] and not TOKEN.search(form[0]):
            yield template.said(form.start(), "un formulaire sans jeton")
