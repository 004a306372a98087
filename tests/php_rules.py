"""Safety rules for the PHP of the plugins, read from its syntax tree. Each rule gives the lines that break it.

What is printed is followed from where it is escaped: through local variables, private parameters and properties, and
the methods of the plugin, so that a page may be built in pieces and no piece be forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tree_sitter import Node

from scripts.plugin_words import literal, of, parse, walk


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


@dataclass
class Source:
    """A file of a plugin. ``name`` is its path below ``plugins/``."""

    name: str
    code: bytes
    tree: Node = field(init=False)
    nodes: list[Node] = field(init=False)

    def __post_init__(self) -> None:
        self.tree = parse(self.code)
        self.nodes = list(walk(self.tree))

    @property
    def kind(self) -> str:
        """« core », « wordpress » or « php »."""
        return self.name.partition("/")[0]

    def said(self, node: Node, why: str) -> str:
        return f"{self.name}:{node.start_point[0] + 1}: {why}: {' '.join(of(node).split())[:100]}"

    def calls(self, *names: str) -> Iterator[Node]:
        """Calls of functions of these names, or of every function."""
        for node in self.nodes:
            if node.type == "function_call_expression" and (not names or called(node) in names):
                yield node


def sources(plugins: Path, *kinds: str) -> list[Source]:
    """What is installed at partners' of these plugins."""
    found = [path for kind in kinds for path in sorted((plugins / kind).rglob("*.php"))]
    names = [(path, path.relative_to(plugins).as_posix()) for path in found]
    return [Source(name, path.read_bytes()) for path, name in names if "/tests/" not in name and "/core/" not in name]


def called(node: Node) -> str:
    """The name of the function or of the method that a call calls; empty when it is computed."""
    target = node.child_by_field_name("function") or node.child_by_field_name("name")
    return of(target).lstrip("\\") if target is not None and target.type in ("name", "qualified_name") else ""


def arguments(node: Node) -> list[Node]:
    """What a call is given."""
    given = node.child_by_field_name("arguments")
    return [each for each in given.named_children if each.type == "argument"] if given else []


def inside(node: Node) -> Iterator[Node]:
    """What a node is in, the nearest first."""
    while node.parent is not None:
        node = node.parent
        yield node


def around(node: Node, *types: str) -> Node | None:
    """The nearest thing of these types that a node is in."""
    return next((each for each in inside(node) if each.type in types), None)


FUNCTIONS = ("method_declaration", "function_definition", "anonymous_function", "arrow_function")

# What every file holds to


def strict(source: Source) -> Iterator[str]:
    """Types are checked by PHP itself."""
    first = next((node for node in source.tree.named_children if node.type not in ("php_tag", "comment")), None)
    if first is None or re.sub(r"\s", "", of(first)) != "declare(strict_types=1);":
        yield source.said(first or source.tree, "declare(strict_types=1) doit venir en premier")


def guarded(source: Source) -> Iterator[str]:
    """A file of the WordPress plugin does nothing when its address is asked for: the check comes before all code."""
    constant = "WP_UNINSTALL_PLUGIN" if source.name.endswith("/uninstall.php") else "ABSPATH"
    passed = ("php_tag", "comment", "declare_statement", "namespace_definition", "namespace_use_declaration")
    first = next((node for node in source.tree.named_children if node.type not in passed), None)
    said = re.sub(r"\s", "", of(first))
    if said not in (f"if(!defined('{constant}')){{exit;}}", f"defined('{constant}')||exit;"):
        yield source.said(first or source.tree, f"if (!defined('{constant}')) {{ exit; }} doit précéder le code")


FORBIDDEN = words(
    "eval exec shell_exec system passthru proc_open popen pcntl_exec create_function unserialize maybe_unserialize "
    "extract parse_str assert var_dump print_r var_export debug_zval_refcount phpinfo error_reporting ini_set dl "
    "set_time_limit mt_rand rand uniqid lcg_value wp_redirect query_posts _e _ex translate call_user_func_array "
    "mb_parse_str putenv trigger_error die create_function filter_input filter_input_array "
)
ONLY_WORDPRESS = words(
    "curl_init curl_exec fsockopen stream_socket_client fopen file_put_contents unlink mail json_encode "
    "strip_tags parse_url rmdir mkdir wp_remote_get wp_remote_post wp_remote_request wp_remote_head"
)
"""Forbidden in the WordPress plugin, which has WordPress's own; ``allowed`` names who may nevertheless."""


def forbidden(source: Source, allowed: frozenset[tuple[str, str]] = frozenset()) -> Iterator[str]:
    """What no plugin does: run text as code, print for debugging, guessable randomness, redirect anywhere."""
    names = FORBIDDEN | (ONLY_WORDPRESS if source.kind == "wordpress" else frozenset())
    for node in source.calls():
        name = called(node)
        if name == "parse_str" and len(arguments(node)) == 2:
            continue  # into an array, not into variables
        if name in names and (source.name, name) not in allowed and of(node) != "ini_set('display_errors', '0')":
            yield source.said(node, f"{name}() ne doit pas servir")
    for node in source.nodes:
        if node.type in ("shell_command_expression", "dynamic_variable_name", "goto_statement"):
            yield source.said(node, f"{node.type} ne doit pas servir")
        if node.type == "global_declaration" and of(node) not in ("global $wpdb;", "global $wp_version;"):
            yield source.said(node, "aucune variable globale que celles de WordPress")
        if node.type in ("include_expression", "require_expression", "include_once_expression") or (
            node.type == "require_once_expression"
        ):
            safe = all(
                each.type != "variable_name" or of(each) in ("$file", "$config", "$GLOBALS") for each in walk(node)
            )
            if not safe or re.search(r"\$_|https?:", of(node)):
                yield source.said(node, "un fichier chargé porte un nom fixe")
    for node in source.calls("file_get_contents"):
        if "php://input" in of(node) and len(arguments(node)) < 5:
            yield source.said(node, "ce qui est reçu est lu jusqu'à une limite")


SECRET = re.compile(r"signature|secret|hmac|\bmac\b|challenge|\bnonce\b|token", re.IGNORECASE)


def compared(source: Source, allowed: frozenset[tuple[str, str]] = frozenset()) -> Iterator[str]:
    """A secret is compared by ``hash_equals``."""
    for node in source.nodes:
        if node.type != "binary_expression" or of(node.child_by_field_name("operator")) not in (
            "==",
            "===",
            "!=",
            "!==",
        ):
            continue
        sides = [node.child_by_field_name(side) for side in ("left", "right")]
        plain = any(
            side is None or side.type in ("string", "integer", "null", "boolean", "array_creation_expression")
            for side in sides
        )
        plain = plain or any(side is not None and side.type == "function_call_expression" for side in sides)
        plain = plain or any(side is not None and "::" in of(side) and "(" not in of(side) for side in sides)
        text = " ".join(of(node).split())
        if not plain and SECRET.search(text) and (source.name, text) not in allowed:
            yield source.said(node, "un secret se compare par hash_equals()")


# PHP 7.4

LATER_NODES = {
    "match_expression": "match",
    "nullsafe_member_access_expression": "?->",
    "nullsafe_member_call_expression": "?->",
    "enum_declaration": "enum",
    "union_type": "un type union",
    "intersection_type": "un type intersection",
    "disjunctive_normal_form_type": "un type composé",
    "property_promotion_parameter": "une propriété promue",
    "readonly_modifier": "readonly",
    "attribute_list": "un attribut",
    "variadic_placeholder": "f(...)",
    "property_hook_list": "un crochet de propriété",
}
LATER_FUNCTIONS = words(
    "str_contains str_starts_with str_ends_with array_is_list get_debug_type get_resource_id fdiv "
    "preg_last_error_msg array_find array_find_key array_any array_all array_first array_last mb_str_pad mb_trim "
    "mb_ltrim mb_rtrim mb_ucfirst mb_lcfirst json_validate enum_exists str_increment str_decrement fsync "
    "array_walk_later iterator_count_later memory_reset_peak_usage ini_parse_quantity mysqli_execute_query "
    "bcdivmod http_get_last_response_headers"
)
LATER_CLASSES = re.compile(r"^\\?(WeakMap|Stringable|UnhandledMatchError|PhpToken|Random\\\w+|Attribute|Override)$")
LATER_TYPES = frozenset(("mixed", "never", "static", "false", "null", "true"))


def of_php_7_4(source: Source) -> Iterator[str]:
    """Nothing of PHP 8."""
    for node in source.nodes:
        # `->abstract` is fine; only the reader of syntax trees takes it for a modifier.
        if (node.type == "ERROR" or node.is_missing) and not of(node).endswith("->abstract"):
            yield source.said(node, "ne se lit pas comme du PHP")
        if node.type in LATER_NODES:
            yield source.said(node, f"PHP 8 : {LATER_NODES[node.type]}")
        elif node.type == "throw_expression" and node.parent and node.parent.type != "expression_statement":
            yield source.said(node, "PHP 8 : throw dans une expression")
        elif node.type == "argument" and node.child_by_field_name("name") is not None:
            yield source.said(node, "PHP 8 : un argument nommé")
        elif node.type == "formal_parameters" and re.search(r",\s*(/\*.*?\*/\s*)?\)$", of(node), re.DOTALL):
            yield source.said(node, "PHP 8 : une virgule après le dernier paramètre")
        elif node.type == "catch_clause" and node.child_by_field_name("name") is None:
            yield source.said(node, "PHP 8 : catch sans variable")
        elif node.type == "class_constant_access_expression" and re.fullmatch(r"(\$|.*\)).*::class", of(node)):
            yield source.said(node, "PHP 8 : ::class d'un objet")
        elif node.type in ("name", "qualified_name") and LATER_CLASSES.match(of(node)):
            yield source.said(node, "PHP 8 : une classe")
        elif node.type in ("function_call_expression",) and called(node) in LATER_FUNCTIONS:
            yield source.said(node, "PHP 8 : une fonction")
        elif node.type in ("simple_parameter", "property_declaration", *FUNCTIONS):
            for part in ("type", "return_type"):
                said = of(node.child_by_field_name(part)).lstrip("?").lower()
                if said in LATER_TYPES:
                    yield source.said(node, f"PHP 8 : le type {said}")
            default = node.child_by_field_name("default_value")
            if default is not None and default.type == "object_creation_expression":
                yield source.said(node, "PHP 8.1 : new par défaut")
        elif node.type == "integer" and of(node).lower().startswith("0o"):
            yield source.said(node, "PHP 8.1 : un nombre octal")
        elif node.type == "final_modifier" and node.parent and node.parent.type == "const_declaration":
            yield source.said(node, "PHP 8.1 : une constante finale")


# WordPress: who may

CHECKS = ("check_admin_referer", "check_ajax_referer", "wp_verify_nonce")


def permitted(source: Source, public: frozenset[str] = frozenset()) -> Iterator[str]:
    """Each REST route says who may; only the files of ``public`` open one to everyone."""
    for route in source.calls("register_rest_route"):
        options = [node for node in walk(route) if node.type == "array_creation_expression"]
        doors = [node for node in options if "callback" in _keys(node)]
        if not doors:
            yield source.said(route, "une route REST écrit ses options sur place")
        for door in doors:
            permission = _keys(door).get("permission_callback")
            said = re.sub(r"\s", "", of(permission)) if permission is not None else ""
            if permission is None:
                yield source.said(door, "permission_callback manque")
            elif re.search(r"__return_true|return(1|true);|=>true$", said) and source.name not in public:
                yield source.said(door, "ouverte à tous")


def _keys(array: Node) -> dict[str, Node]:
    """What an array written out in the code holds, by its literal keys."""
    found = {}
    for element in array.named_children:
        if element.type == "array_element_initializer" and element.named_child_count == 2:
            key = literal(element.named_children[0])
            if key is not None:
                found[key] = element.named_children[1]
    return found


def handled(source: Source, guards: tuple[str, ...] = ()) -> Iterator[str]:
    """What a form or a script of the dashboard asks for is done after its nonce and the right to do it were checked.

    Args:
        guards: methods that check both, called first by each handler of their class.
    """
    methods = {of(n.child_by_field_name("name")): n for n in source.nodes if n.type == "method_declaration"}
    for node in source.calls("add_action"):
        hook = of(arguments(node)[0])
        if "nopriv" in hook:
            yield source.said(node, "une action ouverte à qui n'est pas connecté")
        if not re.search(r"admin_post_|wp_ajax_|save_post|edit_post|personal_options_update", hook):
            continue
        names = re.findall(r"class,\s*'(\w+)'", of(arguments(node)[1]))
        loop = around(node, "foreach_statement")
        if not names and loop is not None:
            names = [name for name in re.findall(r"'(\w+)'", of(loop.named_children[0])) if name in methods]
        if not names:
            yield source.said(node, "qui répond à cette action n'est pas écrit sur place")
        for name in names:
            method = methods.get(name)
            body = of(method)
            called_here = {n for n in re.findall(r"(?:self|static)::(\w+)\(", body) if n in methods}
            body += "".join(of(methods[n]) for n in called_here)
            if "_post" in hook and "admin_post_" not in hook and not any(each in body for each in SUPERGLOBALS):
                continue  # nothing of a form is read
            if not any(f"{check}(" in body for check in CHECKS):
                yield source.said(method or node, f"{name} ne vérifie pas de nonce")
            if "current_user_can(" not in body:
                yield source.said(method or node, f"{name} ne vérifie pas le droit")
    for method in methods.values():
        body = of(method)
        for said in ('method="post"', "method='post'"):
            if said in body and "nonce" not in body and "settings_fields(" not in body:
                yield source.said(method, "un formulaire sans nonce")


# What comes in

SUPERGLOBALS = ("$_GET", "$_POST", "$_REQUEST", "$_COOKIE", "$_FILES", "$_SERVER", "$_ENV")
CLEANERS = words(
    "sanitize_text_field sanitize_textarea_field sanitize_key sanitize_email sanitize_title esc_url_raw sanitize_url "
    "absint intval map_deep wp_kses_post wp_verify_nonce sanitize_meta Plain::line Plain::text"
)
LOOKS = words("isset empty is_array is_string array_key_exists is_scalar is_numeric count")


def cleaned(
    source: Source, doors: frozenset[str] = frozenset(), allowed: frozenset[tuple[str, str]] = frozenset()
) -> Iterator[str]:
    """What a visitor sends is unslashed and sanitised where it is read, beside a nonce.

    Args:
        doors: files that a machine calls, with no nonce.
        allowed: a file and what it reads as it is.
    """
    checks = any(check in of(source.tree) for check in CHECKS)
    for node in source.nodes:
        if node.type != "variable_name" or of(node) not in SUPERGLOBALS:
            continue
        wraps = list(_wraps(node))
        if LOOKS & set(wraps) or (source.name, of(node.parent)) in allowed:
            continue
        number = any(wrap in ("absint", "intval", "(int)", "sanitize_key") for wrap in wraps)
        clean = CLEANERS & set(wraps) or any(wrap.endswith(("::clean", "::cleaned")) for wrap in wraps)
        if not number and "wp_unslash" not in wraps:
            yield source.said(node.parent or node, "lu sans wp_unslash()")
        if not number and not clean:
            yield source.said(node.parent or node, "lu sans être assaini")
        if of(node) != "$_SERVER" and not checks and source.name not in doors:
            yield source.said(node.parent or node, "lu sans nonce")


def _wraps(node: Node) -> Iterator[str]:
    """The calls that a value goes through before anything is done with it."""
    for each in inside(node):
        if each.type == "function_call_expression":
            yield called(each)
        elif each.type in ("isset_intrinsic", "empty_intrinsic", "unset_statement"):
            yield "isset"
        elif each.type == "scoped_call_expression":
            yield f"{of(each.child_by_field_name('scope'))}::{called(each)}"
        elif each.type == "cast_expression":
            yield f"({of(each.child_by_field_name('type'))})"
        elif each.type in ("expression_statement", "return_statement", "assignment_expression", "compound_statement"):
            return
        elif each.type == "conditional_expression" and of(node) in of(each.child_by_field_name("condition")):
            continue


# Queries

QUERIES = words("query get_results get_row get_col get_var prepare rows run exec all one")
HOLDERS = re.compile(r"^\$(wpdb|db|connection|pdo|this->(wpdb|db|connection|pdo)|this)$|\['wpdb'\]$|connection\(\)$")
WPDB_TABLES = re.compile(
    r"(wpdb|db|names|\['wpdb'\])->(prefix|base_prefix|posts|postmeta|options|terms|term_taxonomy|term_relationships|users"
    r"|usermeta|blogs|sitemeta|termmeta)$"
)
QUOTED = words("name table")
"""Methods that give a name, quoted for the database."""


class Queries:
    """The queries of a file: text of the code, names of tables, question marks; values go beside them."""

    def __init__(self, source: Source, allowed: frozenset[tuple[str, str]] = frozenset()) -> None:
        self.source, self.allowed = source, allowed
        self._methods = {of(n.child_by_field_name("name")): n for n in source.nodes if n.type == "method_declaration"}

    def broken(self) -> Iterator[str]:
        """Whatever else is written into a query."""
        seen: set[int] = set()
        for node in self.source.nodes:
            if node.type != "member_call_expression" or called(node) not in QUERIES or not arguments(node):
                continue
            if not HOLDERS.search(re.sub(r"\s", "", of(node.child_by_field_name("object")))):
                continue
            for part in self._others(arguments(node)[0], around(node, *FUNCTIONS), frozenset()):
                if part.id not in seen:
                    seen.add(part.id)
                    yield self.source.said(part, "une valeur est écrite dans une requête")

    def _others(self, sql: Node, function: Node | None, seen: frozenset[str]) -> Iterator[Node]:
        text = " ".join(of(sql).split())
        kind, name = sql.type, called(sql) if "call" in sql.type else ""
        children: list[Node | None] = []
        if kind in SAFE_NODES or (self.source.name, text) in self.allowed or text in seen:
            return
        if kind in WHOLES or kind == "array_element_initializer":
            children = list(sql.named_children)
        elif kind == "binary_expression":
            operator = of(sql.child_by_field_name("operator"))
            children = [sql.child_by_field_name("left"), sql.child_by_field_name("right")] if operator in ".??" else []
        elif kind == "conditional_expression":
            children = [sql.child_by_field_name("body"), sql.child_by_field_name("alternative")]
        elif kind == "cast_expression":
            number = of(sql.child_by_field_name("type")) == "int"
            children = [] if number else [sql.child_by_field_name("value")]
        elif kind in ("member_call_expression", "scoped_call_expression") and name == "prepare":
            children = [arguments(sql)[0]]
        elif kind in ("member_call_expression", "scoped_call_expression") and name in QUOTED:
            return
        elif kind in ("member_call_expression", "scoped_call_expression") and name in self._methods:
            yield from self._returned(self._methods[name], seen | {text})
            return
        elif kind == "function_call_expression" and name in KEEPS | {"sprintf", "str_replace", "array_map", "esc_sql"}:
            children = list(arguments(sql))
        elif kind == "function_call_expression" and name in ("array_fill", "count", "absint"):
            return
        elif kind == "subscript_expression" and of(sql.named_children[0]).startswith("self::"):
            return  # of a constant
        elif kind == "member_access_expression" and (WPDB_TABLES.search(text) or text == "$this->table"):
            return
        elif kind in ("variable_name", "member_access_expression"):
            children = self._given(text, function)
            if not children:
                yield sql
            seen |= {text}
        else:
            yield sql
        for child in children:
            if child is not None:
                yield from self._others(child, function, seen)

    def _returned(self, method: Node, seen: frozenset[str]) -> Iterator[Node]:
        for node in walk(method):
            if node.type == "return_statement" and around(node, *FUNCTIONS) == method:
                for value in node.named_children:
                    yield from self._others(value, method, seen)

    def _given(self, name: str, function: Node | None) -> list[Node | None]:
        """What a variable or a property is given; None for a number, and for a query that is passed on."""
        scope = self.source.tree if name.startswith("$this->") or function is None else function
        given: list[Node | None] = []
        for node in walk(scope):
            number = of(node.child_by_field_name("type")) == "int"
            if node.type in ("assignment_expression", "augmented_assignment_expression"):
                if re.match(rf"{re.escape(name)}(\[|$)", of(node.child_by_field_name("left"))):
                    given.append(node.child_by_field_name("right"))
            elif node.type == "simple_parameter" and of(node.child_by_field_name("name")) == name:
                # A query that is passed on is looked at where it is given.
                given += [None] if number or name == "$sql" else []
            elif node.type == "property_declaration" and name.startswith("$this->"):
                given += [None] if number and re.search(rf"\${re.escape(name[7:])}\b", of(node)) else []
        return given


def prepared(source: Source, allowed: frozenset[tuple[str, str]] = frozenset()) -> Iterator[str]:
    """A query is text of the code; values go by placeholders; only names of tables are written into it."""
    return Queries(source, allowed).broken()


# What goes out

ESCAPES = words(
    "esc_html esc_attr esc_url esc_textarea esc_html__ esc_attr__ esc_html_x esc_attr_x wp_kses_post wp_kses "
    "wp_kses_data tag_escape sanitize_html_class sanitize_key absint intval count strlen round floor ceil abs "
    "number_format number_format_i18n wp_create_nonce wp_unique_id checked selected disabled readonly ob_get_clean "
    "get_current_user_id wp_nonce_field get_submit_button bin2hex time max min get_block_wrapper_attributes"
)
KEEPS = words(
    "implode join trim rtrim ltrim str_repeat array_merge array_values array_filter array_slice array_reverse "
    "array_unique ucfirst strtolower vsprintf wpautop balanceTags"
)
"""What leaves safe text safe."""
SCALARS = frozenset(("int", "float", "bool", "?int", "?float", "?bool"))
SAFE_NODES = words(
    "string integer float boolean null name qualified_name string_content escape_sequence unary_op_expression "
    "class_constant_access_expression update_expression heredoc_start heredoc_end magic_constant nowdoc "
    "nowdoc_body nowdoc_string"
)
WHOLES = words(
    "encapsed_string heredoc heredoc_body parenthesized_expression sequence_expression argument "
    "array_creation_expression"
)
TAG = re.compile(r"<[a-zA-Z/!]")


class Printed:
    """What a plugin prints, followed from where it is escaped.

    Args:
        allowed: a file and an expression that is safe for a reason that the code does not show.
    """

    def __init__(self, files: list[Source], allowed: frozenset[tuple[str, str]] = frozenset()) -> None:
        self.files, self.allowed = files, allowed
        self._methods: dict[str, list[tuple[Source, Node]]] = {}
        self._known: dict[tuple[str, int, int, str], bool] = {}
        for source in files:
            for node in source.nodes:
                if node.type == "method_declaration":
                    self._methods.setdefault(of(node.child_by_field_name("name")), []).append((source, node))

    def broken(self) -> Iterator[str]:
        """What is printed, or put between tags, without having been escaped."""
        for source in self.files:
            seen: set[int] = set()
            for node, why in self._sinks(source):
                for part in self._unsafe(node, source):
                    if part.id not in seen:
                        seen.add(part.id)
                        yield source.said(part, why)

    def _sinks(self, source: Source) -> Iterator[tuple[Node, str]]:
        for node in source.nodes:
            if node.type in ("echo_statement", "print_intrinsic"):
                for child in node.named_children:
                    yield child, "imprimé sans échappement"
            elif node.type == "function_call_expression" and called(node) in ("printf", "vprintf", "wp_die", "exit"):
                yield node, "imprimé sans échappement"
            elif node.type == "expression_statement" and _short_echo(node):
                yield node.named_children[0], "imprimé sans échappement"
            elif node.type in ("encapsed_string", "heredoc") or (
                node.type == "binary_expression" and of(node.child_by_field_name("operator")) == "."
            ):
                if TAG.search("".join(of(each) for each in _literals(node))):
                    yield node, "mis entre des balises sans échappement"
            elif node.type == "function_call_expression" and called(node) in ("sprintf", "vsprintf"):
                first = arguments(node)[0]
                if TAG.search("".join(of(each) for each in _literals(first))):
                    yield node, "mis entre des balises sans échappement"

    def _unsafe(self, node: Node, source: Source) -> Iterator[Node]:
        """The parts of an expression that may hold anything."""
        text = " ".join(of(node).split())
        if (source.name, text) in self.allowed or node.type in SAFE_NODES:
            return
        kind = node.type
        children: list[Node | None]
        if kind in WHOLES:
            children = list(node.named_children)
        elif kind == "array_element_initializer":
            children = [node.named_children[-1]]
        elif kind == "binary_expression":
            operator = of(node.child_by_field_name("operator"))
            both = [node.child_by_field_name("left"), node.child_by_field_name("right")]
            children = both if operator in (".", "??") else []
        elif kind == "conditional_expression":
            body = node.child_by_field_name("body") or node.child_by_field_name("condition")
            children = [body, node.child_by_field_name("alternative")]
        elif kind in ("assignment_expression", "augmented_assignment_expression"):
            children = [node.child_by_field_name("right")]
        elif kind == "cast_expression":
            numbers = ("int", "float", "bool", "integer", "boolean", "double")
            cast = of(node.child_by_field_name("type")).strip("() ")
            children = [] if cast in numbers else [node.child_by_field_name("value")]
        elif kind == "function_call_expression":
            children = list(self._of_call(node))
        elif kind in ("member_call_expression", "scoped_call_expression"):
            children = [] if self._returns_safe(node, source) else [node]
        elif kind in ("variable_name", "subscript_expression", "member_access_expression"):
            children = [] if self._holds_safe(node, source) else [node]
        elif kind == "scoped_property_access_expression":
            children = [node]
        else:
            children = [node]
        for child in children:
            if child is node:
                yield node
            elif child is not None and child.type != "comment":
                yield from self._unsafe(child, source)

    def _of_call(self, node: Node) -> Iterator[Node]:
        """The arguments that a call passes on as they are; the call itself when it passes on anything."""
        name, given = called(node), arguments(node)
        if name in ESCAPES:
            return
        if name in ("sprintf", "printf"):
            yield given[0]
            format = "".join(of(each) for each in _literals(given[0]))
            for at, each in enumerate(given[1:]):
                if not _only_numbers(format, at):
                    yield each
        elif name == "wp_die":
            yield from given[:2]
        elif name == "array_map" and literal(given[0]) in ESCAPES:
            return
        elif name in KEEPS or name in ("vprintf",):
            yield from given
        else:
            yield node

    def _returns_safe(self, node: Node, source: Source) -> bool:
        """Whether every method of this name gives only escaped text, or a number."""
        name = called(node)
        found = self._methods.get(name, [])
        scope = node.child_by_field_name("scope") or node.child_by_field_name("object")
        if of(scope) in ("self", "static", "$this"):
            found = [each for each in found if each[0] is source] or found
        elif re.fullmatch(r"[A-Z]\w*", of(scope)):
            found = [each for each in found if each[0].name.endswith(f"/{of(scope)}.php")]
        return bool(found) and all(self._method_safe(*each) for each in found)

    def _method_safe(self, source: Source, method: Node) -> bool:
        key = (source.name, method.start_byte, 0, "return")
        if key not in self._known:
            self._known[key] = True  # a method that calls itself
            if of(method.child_by_field_name("return_type")) in SCALARS:
                return True
            returned = [
                child
                for node in walk(method)
                if node.type == "return_statement" and around(node, *FUNCTIONS) == method
                for child in node.named_children
            ]
            self._known[key] = bool(returned) and not any(True for each in returned for _ in self._unsafe(each, source))
        return self._known[key]

    def _holds_safe(self, node: Node, source: Source) -> bool:
        """Whether all that a variable or a property is given is escaped text, or a number."""
        text = of(node)
        base = re.match(r"\$this->\w+|\$\w+", text)
        if node.type == "member_access_expression" and (base is None or base[0] != text):
            return self._number(of(node.child_by_field_name("name")))
        if base is None:
            return False
        name = base[0]
        scope = (
            _scope(node) if not name.startswith("$this->") else around(node, "class_declaration", "trait_declaration")
        )
        if scope is None:
            scope = source.tree
        since = 0 if name.startswith("$this->") else _given_anew(name, scope, node)
        key = (source.name, scope.start_byte, since, name)
        if key not in self._known:
            self._known[key] = True  # `$text = "$text …"` adds nothing
            self._known[key] = self._given_safe(name, scope, source, since)
        return self._known[key]

    def _number(self, name: str) -> bool:
        """Whether every property of this name, in every class of the plugin, is declared to be a number."""
        found = [
            of(node.child_by_field_name("type"))
            for source in self.files
            for node in source.nodes
            if node.type == "property_declaration" and re.search(rf"\${re.escape(name)}\b", of(node))
        ]
        return bool(found) and set(found) <= SCALARS

    def _given_safe(self, name: str, scope: Node, source: Source, since: int) -> bool:
        given: list[Node | None] = []
        for node in walk(scope):
            if node.start_byte < since:
                continue
            if node.type in ("assignment_expression", "augmented_assignment_expression"):
                left = node.child_by_field_name("left")
                if re.match(rf"{re.escape(name)}(\[.*|)$", of(left), re.DOTALL):
                    given.append(node.child_by_field_name("right"))
                elif left is not None and left.type in ("list_literal", "array_creation_expression"):
                    given += [node.child_by_field_name("right") for each in walk(left) if of(each) == name][:1]
            elif node.type == "foreach_statement":
                header = [child for child in node.named_children if child.type != "compound_statement"]
                if any(of(each) == name for child in header[1:] for each in walk(child)):
                    given.append(header[0])
            elif node.type == "catch_clause" and of(node.child_by_field_name("name")) == name:
                return False
        if name.startswith("$this->"):
            return (
                self._number(name[7:])
                or bool(given)
                and not any(True for each in given if each for _ in self._unsafe(each, source))
            )
        parameter = _parameter(name, scope) if not since else None
        if parameter is not None:
            at, declared = parameter
            if of(declared.child_by_field_name("type")) in SCALARS:
                return True
            if not self._passed_safe(at, scope, source):
                return False
            return not any(True for each in given if each for _ in self._unsafe(each, source))
        return bool(given) and not any(True for each in given if each for _ in self._unsafe(each, source))

    def _passed_safe(self, at: int, method: Node, source: Source) -> bool:
        """Whether each call of a private method gives it escaped text there."""
        if not any(child.type == "visibility_modifier" and of(child) == "private" for child in method.children):
            return False
        name = of(method.child_by_field_name("name"))
        passed = [
            arguments(node)
            for node in source.nodes
            if node.type in ("member_call_expression", "scoped_call_expression") and called(node) == name
        ]
        return bool(passed) and not any(
            True for given in passed if len(given) > at for _ in self._unsafe(given[at], source)
        )


def _scope(node: Node) -> Node | None:
    """The function whose variable this is; an arrow function sees those of the one it is in."""
    for each in inside(node):
        if each.type in FUNCTIONS and (each.type != "arrow_function" or _parameter(of(node), each)):
            return each
    return None


def _given_anew(name: str, function: Node, node: Node) -> int:
    """Where a variable was last given a value whatever happened before, ahead of a place; 0 when nowhere."""
    body = function.child_by_field_name("body")
    found = 0
    for statement in body.named_children if body is not None else []:
        if statement.end_byte > node.start_byte:
            break
        given = statement.named_children[0] if statement.type == "expression_statement" else statement
        left = given.child_by_field_name("left") if given.type == "assignment_expression" else None
        if left is not None and of(left) == name:
            found = given.start_byte
    return found


def _parameter(name: str, function: Node) -> tuple[int, Node] | None:
    given = function.child_by_field_name("parameters")
    declared = [each for each in given.named_children if each.type.endswith("parameter")] if given is not None else []
    for at, each in enumerate(declared):
        if of(each.child_by_field_name("name")) == name:
            return at, each
    return None


def _only_numbers(format: str, at: int) -> bool:
    """Whether a format writes what it is given at a position as a number, which is always safe."""
    kinds = set()
    place = 0
    for number, kind in re.findall(r"%(?:(\d+)\$)?[-+ 0-9.']*([a-zA-Z])", format.replace("%%", "")):
        if (int(number) - 1 if number else place) == at:
            kinds.add(kind)
        place += not number
    return bool(kinds) and kinds <= set("dFfuxX")


def _short_echo(node: Node) -> bool:
    before = node.prev_sibling
    return before is not None and before.type in ("text_interpolation", "php_tag") and of(before).endswith("<?=")


def _literals(node: Node) -> Iterator[Node]:
    """Text of the code in an expression, not that of calls in it."""
    if node.type in ("string_content", "string"):
        yield node
    elif node.type in ("argument", "encapsed_string", "heredoc", "heredoc_body", "parenthesized_expression") or (
        node.type == "binary_expression" and of(node.child_by_field_name("operator")) == "."
    ):
        for child in node.named_children:
            yield from _literals(child)


Rule = Callable[[Source], Iterator[str]]
