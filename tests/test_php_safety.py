"""The PHP of the plugins keeps to its safety rules, and to PHP 7.4; and each rule does bite."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator

import pytest

from scripts import plugin_words
from tests.php_rules import (
    Printed,
    Source,
    cleaned,
    compared,
    forbidden,
    guarded,
    handled,
    of_php_7_4,
    permitted,
    prepared,
    sources,
    strict,
)
from tests.real import npm
from tests.real.parts import need
from tests.terminal import ROOT
from tests.yeswiki_rules import Shown, Template, acted, connected, escaped, impartial, routed, sent, tokened

PLUGINS = ROOT / "plugins"
FILES = sources(PLUGINS, "core", "wordpress", "php", "yeswiki")
WORDPRESS = [source for source in FILES if source.kind == "wordpress"]
YESWIKI = [source for source in FILES if source.kind == "yeswiki"]
TEMPLATES = [
    Template(path.relative_to(PLUGINS).as_posix(), path.read_text(encoding="utf-8"))
    for path in sorted((PLUGINS / "yeswiki").rglob("*.twig"))
]
SERVERS = {"wordpress/src/Doors.php", "wordpress/src/PingRoute.php"}
"""Doors that machines knock at, without a session nor a form."""

# What a rule would refuse, and why it is right there: a file and what it says.
ALLOWED: dict[tuple[str, str], str] = {
    ("wordpress/src/Client.php", "wp_remote_request"): "the one way out, with its time-out and its limit of bytes",
    ("wordpress/src/Trial.php", "wp_remote_get"): "the site visits itself, with a time-out and a limit of bytes",
    ("core/src/Background.php", "stream_socket_client"): "the site knocks at its own address, and waits not",
    ("core/src/Pairing.php", "$now['nonce'] !== $before['nonce']"): "both are its own: nobody sent either",
    ("core/src/ChangeLog.php", "$others($ascii)"): "the columns of the table, written just above",
    ("core/src/ChangeLog.php", "$others('')"): "the columns of the table, written just above",
    ("core/src/ChangeLog.php", "$where"): "conditions with their question marks, from within()",
    ("wordpress/src/Wpdb.php", "array_shift($parts)"): "the query given, its question marks made WordPress's",
    ("wordpress/src/Wpdb.php", "$parts[$at]"): "the query given, its question marks made WordPress's",
    ("php/src/ConfigFile.php", "ini_set"): "a configuration that was just edited is read as it is now",
    ("php/src/Check.php", "$config->query"): "the partner's own query, from the configuration",
    ("php/src/Check.php", "$from"): "a name quoted above, or the partner's own query",
    ("php/src/Check.php", "$config->where"): "the partner's own condition, from the configuration",
    ("php/src/Rows.php", "$config->query"): "the partner's own query, from the configuration",
    ("php/src/Rows.php", "$this->config->where"): "the partner's own condition, from the configuration",
    ("php/src/Rows.php", "$condition"): "a condition with its question marks, from among() or ids()",
    ("php/src/Rows.php", "$sql"): "a query with its question marks, from termsOf()",
    ("php/src/Database.php", "$sql"): "a constant of the class",
    ("php/src/TableSite.php", "$name"): "one() reads a row there, and asks nothing of the database",
    ("wordpress/src/Doors.php", "$_GET[self::NAME]"): "compared with the name of the door, never kept nor shown",
    ("wordpress/src/Doors.php", "$_SERVER[$name]"): "the core reads the request, and bounds it",
    ("wordpress/src/Elsewhere.php", "$_POST['title']"): "a draft, sent to the bridge as text, never kept nor shown",
    ("wordpress/src/Elsewhere.php", "$_POST['text']"): "a draft, sent to the bridge as text, never kept nor shown",
    ("wordpress/src/Doors.php", "$answer->body"): "XML of the core, sent as XML",
    ("wordpress/src/PingRoute.php", "$answer->body"): "JSON of the core, sent as JSON",
    ("yeswiki/src/Comparison.php", "$now === $signature"): "sums of its own tables: nobody sent either",
    ("yeswiki/src/Forms.php", "$id"): "one() reads a form there, and asks nothing of the database",
    ("yeswiki/src/Rows.php", "$pages"): "a query of the code, from glance() or signature()",
    ("yeswiki/src/Rows.php", "$where"): "a condition with its question marks, from entries() or of()",
    ("yeswiki/src/Rows.php", "$order"): "an order and a number, from entries() or of()",
    ("yeswiki/src/Database.php", "getLink"): "the connection itself",
    ("yeswiki/src/Later.php", "$_REQUEST['vue']"): "compared with a name, never kept nor shown",
    ("yeswiki/controllers/ApiController.php", "$_COOKIE[session_name()]"): "whether there is one",
    ("yeswiki/actions/PartageonsAjoutAction.php", "$_REQUEST"): "the wiki's own forms read there what they begin with",
    ("core/src/FranceMap.php", "$land"): "the drawing that comes with the core",
    (
        "yeswiki/handlers/ShowHandler__.php",
        "Saved::shown($this->wiki, $this->output)",
    ): "the wiki's page and a template",
    ("yeswiki/handlers/IframeHandler__.php", "Saved::shown($this->wiki, $this->output)"): "the same, in a frame",
    ("yeswiki/templates/listing.twig", "map|raw"): "a drawing of the core, which escapes what it writes in it",
    ("yeswiki/templates/admin-page.twig", "format('{{nav links="): "tabs of the wiki, from a text of the template",
}
ALLOW = frozenset(ALLOWED)
OPEN = frozenset(f"/api/partageons/{name}" for name in ("oai", "ping", "similar", "later", "words"))
"""Routes of the wiki for everyone: the feed, a signed word of the bridge, questions to it, what is due."""
PARTS = ("Entries", "Form", "FormField", "Forms", "Rows", "Values", "Visitor")
FEED = tuple(f"yeswiki/src/{name}.php" for name in PARTS)
PUBLIC = frozenset(("wordpress/src/Doors.php",))
"""The feed is open to everyone."""


def listed(found: Iterator[str]) -> str:
    return "\n".join(found)


def of_all(rule: Callable[[Source], Iterator[str]], files: list[Source]) -> str:
    return listed(line for source in files for line in rule(source))


def test_there_is_something_to_check() -> None:
    assert {source.kind for source in FILES} == {"core", "wordpress", "php", "yeswiki"} and len(FILES) > 100
    assert len(YESWIKI) > 30 and len(TEMPLATES) > 5
    names = {source.name for source in FILES} | {template.name for template in TEMPLATES}
    assert {file for file, _ in ALLOWED} <= names, "une exception pour un fichier qui n'est plus là"
    for file, said in ALLOWED:
        text = (PLUGINS / file).read_text(encoding="utf-8")
        assert "".join(said.split()) in "".join(text.split()), f"une exception qui ne sert plus : {file} {said}"


def test_every_file_is_strict_about_types() -> None:
    configurations = ("php/partageons-config.example.php", "php/example/partageons-config.php")
    assert of_all(strict, [source for source in FILES if source.name not in configurations]) == ""


def test_no_file_of_wordpress_answers_by_itself() -> None:
    assert of_all(guarded, WORDPRESS) == ""


def test_nothing_dangerous_is_called() -> None:
    assert of_all(lambda source: forbidden(source, ALLOW), FILES) == ""


def test_secrets_are_compared_in_constant_time() -> None:
    assert of_all(lambda source: compared(source, ALLOW), FILES) == ""


def test_every_route_says_who_may() -> None:
    assert of_all(lambda source: permitted(source, PUBLIC), WORDPRESS) == ""


def test_every_action_checks_its_nonce_and_the_right() -> None:
    assert of_all(handled, WORDPRESS) == ""


def test_what_comes_in_is_cleaned() -> None:
    assert of_all(lambda source: cleaned(source, frozenset(SERVERS), ALLOW), WORDPRESS) == ""


def test_every_query_is_prepared() -> None:
    assert of_all(lambda source: prepared(source, ALLOW), FILES) == ""


def test_what_goes_out_is_escaped() -> None:
    assert listed(Printed(WORDPRESS, ALLOW).broken()) == ""


# YesWiki


def test_every_route_of_the_wiki_says_who_may() -> None:
    controllers = [source for source in YESWIKI if "/controllers/" in source.name]
    assert controllers and of_all(lambda source: routed(source, OPEN), controllers) == ""


def test_forms_of_the_wiki_are_for_administrators_and_carry_a_token() -> None:
    assert of_all(lambda source: sent(source, ALLOW), YESWIKI) == ""
    assert of_all(acted, YESWIKI) == ""
    assert listed(line for template in TEMPLATES for line in tokened(template)) == ""


def test_the_feed_of_a_wiki_does_not_depend_on_who_asks() -> None:
    feed = [source for source in YESWIKI if source.name in FEED]
    assert len(feed) == len(FEED) and of_all(impartial, feed) == ""


def test_the_wiki_s_database_is_asked_with_placeholders() -> None:
    assert of_all(lambda source: connected(source, ALLOW), YESWIKI) == ""


def test_what_the_wiki_shows_is_escaped() -> None:
    assert listed(line for template in TEMPLATES for line in escaped(template, ALLOW)) == ""
    shown = YESWIKI + [source for source in FILES if source.kind == "core"]
    assert listed(Shown(shown, ALLOW).broken()) == ""


def test_nothing_of_php_8() -> None:
    everything = FILES + sources_of_tests()
    assert of_all(of_php_7_4, everything) == ""


def sources_of_tests() -> list[Source]:
    found = sorted(PLUGINS.glob("*/tests/**/*.php"))
    return [Source(path.relative_to(PLUGINS).as_posix(), path.read_bytes()) for path in found]


def test_every_string_names_the_one_domain() -> None:
    assert len(plugin_words.found(PLUGINS / "wordpress")) > 50  # raises for a string that nobody could translate


def test_php_reads_every_file() -> None:
    need("php", why="php-cli")
    for path in sorted(PLUGINS.rglob("*.php")):
        done = subprocess.run(["php", "-n", "-l", path], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("version", ["7.4", "8.5"])
def test_the_oldest_and_the_newest_php_read_every_file(version: str) -> None:
    """Each PHP itself, as WebAssembly."""
    files = [str(path) for path in sorted(PLUGINS.rglob("*.php"))]
    loader = f"@php-wasm/node-{version.replace('.', '-')}"
    asked = json.dumps({"files": files, "codes": list(SYNTAX.values())})
    packages = (f"{loader}@{PHP_WASM}", f"@php-wasm/universal@{PHP_WASM}")
    said = json.loads(npm.node(LINT.replace("LOADER", loader), *packages, typed=asked))
    assert said["version"].startswith(f"{version}.")
    assert {file: error for file, error in zip(files, said["files"], strict=True) if error} == {}
    read = [name for name, error in zip(SYNTAX, said["codes"], strict=True) if not error]
    assert read == ([] if version == "7.4" else list(SYNTAX)), "the rule refuses what is new since PHP 7.4"


PHP_WASM = "3.1.56"
LINT = """
import { PHP, loadPHPRuntime } from '@php-wasm/universal';
import { getPHPLoaderModule } from 'LOADER';
import { readFileSync } from 'node:fs';
const { files, codes } = JSON.parse(readFileSync(0, 'utf8'));
const php = new PHP(await loadPHPRuntime(await getPHPLoaderModule()));
php.writeFile('/all.json', JSON.stringify({ files: files.map((name) => readFileSync(name, 'utf8')), codes }));
const done = await php.run({ code: `<?php
    $all = json_decode(file_get_contents('/all.json'), true);
    $read = function ($code) {
        try {
            token_get_all($code, TOKEN_PARSE);
        } catch (ParseError $error) {
            return $error->getMessage() . ', line ' . $error->getLine();
        }
        return '';
    };
    echo json_encode(array('version' => PHP_VERSION, 'files' => array_map($read, $all['files']),
        'codes' => array_map($read, $all['codes'])));
` });
console.log(done.text);
process.exit(0);
"""

# Each rule bites

START = "<?php\ndeclare(strict_types=1);\nnamespace A;\nif (!defined('ABSPATH')) {\n    exit;\n}\n"


def source(code: str, name: str = "wordpress/src/A.php", start: str = START) -> Source:
    return Source(name, (start + code).encode())


SYNTAX = {
    "match": "$a = match ($b) { 1 => 2 };",
    "nullsafe": "$a = $b?->c();",
    "nullsafe property": "$a = $b?->c;",
    "enum": "enum E: string { case A = 'a'; }",
    "union": "function f(int|string $a) {}",
    "intersection": "function f(A&B $a) {}",
    "promotion": "class A { public function __construct(private int $a) {} }",
    "named argument": "f(a: 1);",
    "readonly": "class A { public readonly int $a; }",
    "throw expression": "$a = $b ?? throw new X();",
    "trailing comma": "function f(int $a,) {}",
    "static return": "class A { public function f(): static {} }",
    "catch without variable": "try { f(); } catch (X) { }",
    "first-class callable": "$f = strlen(...);",
}
SYNTAX = {name: f"<?php {code}" for name, code in SYNTAX.items()}
LATER = {
    **SYNTAX,
    "class of an object": "<?php $a = $b::class;",
    "new by default": "<?php function f(A $a = new A()) {}",
    "attribute": "<?php #[Attribute] class A {}",
    "mixed": "<?php function f(mixed $a) {}",
    "never": "<?php function f(): never {}",
    "mixed property": "<?php class A { private ?mixed $a; }",
    "str_contains": "<?php $a = str_contains($b, 'c');",
    "str_starts_with": "<?php $a = \\str_starts_with($b, 'c');",
    "array_is_list": "<?php $a = array_is_list($b);",
    "WeakMap": "<?php $a = new \\WeakMap();",
    "octal": "<?php $a = 0o17;",
    "final constant": "<?php class A { final public const B = 1; }",
    "unreadable": "<?php class { $a",
}
# `#[…]` is a comment to PHP 7.4, `mixed` a class that nobody has; others are errors it finds after the syntax.


@pytest.mark.parametrize("name", LATER)
def test_what_php_7_4_does_not_know(name: str) -> None:
    assert list(of_php_7_4(Source("core/src/A.php", LATER[name].encode()))), LATER[name]


def test_what_php_7_4_knows() -> None:
    code = """
final class A implements B {
    private ?int $a = null; /** @var list<string> */ public array $list = [];
    public function f(?string $a, self $b, int ...$c): self {
        $this->a ??= 1_000; $f = fn (int $x): int => $x + $this->a; [$x, ['k' => $y]] = $b->list; $z = [...$c, ...$x,];
        f($a, $b,);
        try { return new self(); } catch (X | Y $error) { throw new Z($error::NAME . A::class . static::class); }
    }
    public function g(): ?string { return null; } public function h(bool $null = false): ?bool { return $null; }
}"""
    assert list(of_php_7_4(source(code))) == []


BAD: list[tuple[Callable[[Source], Iterator[str]], str]] = [
    (forbidden, "eval($a);"),
    (forbidden, "$a = unserialize($b);"),
    (forbidden, "extract($a);"),
    (forbidden, "parse_str($a);"),
    (forbidden, "$a = `ls`;"),
    (forbidden, "$$a = 1;"),
    (forbidden, "echo 'a'; \\system('ls');"),
    (forbidden, "wp_redirect($a);"),
    (forbidden, "wp_remote_get($a);"),
    (forbidden, "curl_init($a);"),
    (forbidden, "$a = mt_rand();"),
    (forbidden, "print_r($a);"),
    (forbidden, "_e('a', 'partageons');"),
    (forbidden, "require $_GET['page'];"),
    (forbidden, 'require __DIR__ . "/$page.php";'),
    (forbidden, "$a = file_get_contents('php://input');"),
    (forbidden, "function f() { global $mine; }"),
    (compared, "if ($signature === $given) { f(); }"),
    (compared, "return $_GET['token'] == $this->token;"),
    (permitted, "register_rest_route('a', '/b', ['callback' => 'f']);"),
    (permitted, "register_rest_route('a', '/b', ['callback' => 'f', 'permission_callback' => '__return_true']);"),
    (permitted, "register_rest_route('a', '/b', ['callback' => 'f', 'permission_callback' => fn () => true]);"),
    (permitted, "register_rest_route('a', '/b', [['methods' => 'GET', 'callback' => 'f']]);"),
    (permitted, "register_rest_route('a', '/b', $options);"),
    (handled, "class A { function r() { add_action('admin_post_a', [self::class, 'f']); } function f() { g(); } }"),
    (
        handled,
        "class A { function r() { add_action('admin_post_a', [self::class, 'f']); }"
        " function f() { check_admin_referer('a'); g(); } }",
    ),
    (
        handled,
        "class A { function r() { foreach (['f'] as $n) { add_action(\"wp_ajax_$n\", [self::class, $n]); } }"
        " function f() { if (current_user_can('a')) { g(); } } }",
    ),
    (handled, "class A { function r() { add_action('wp_ajax_nopriv_a', [self::class, 'f']); } }"),
    (handled, "class A { function r() { add_action('save_post', [self::class, 'f']); } function f() { g($_POST); } }"),
    (handled, "class A { function f() { echo '<form method=\"post\"></form>'; } }"),
    (cleaned, "check_admin_referer('a'); $a = $_POST['a'];"),
    (cleaned, "check_admin_referer('a'); $a = wp_unslash($_POST['a']);"),
    (cleaned, "check_admin_referer('a'); $a = sanitize_text_field($_POST['a']);"),
    (cleaned, "$a = sanitize_text_field(wp_unslash($_POST['a']));"),
    (cleaned, "foreach ($_POST as $a) { f($a); }"),
    (cleaned, "$a = $_SERVER['HTTP_HOST'];"),
    (cleaned, "$a = isset($_GET['a']) ? $_GET['a'] : '';"),
    (prepared, '$wpdb->query("DELETE FROM $wpdb->posts WHERE ID = $id");'),
    (prepared, "$wpdb->get_results('SELECT * FROM a WHERE b = ' . $_GET['b']);"),
    (prepared, "$wpdb->get_var($wpdb->prepare(\"SELECT 1 FROM a WHERE b = '$b' AND c = %d\", $c));"),
    (prepared, "function f($a) { $sql = 'SELECT 1 WHERE a = '; $sql .= $a; $this->db->rows($sql); }"),
    (prepared, "function f($a) { $sql = sprintf('SELECT %s', $a); $GLOBALS['wpdb']->query($sql); }"),
    (
        prepared,
        "class A { function f(string $x) { $this->db->run('DELETE' . $this->w($x)); } function w($x) { return $x; } }",
    ),
]


@pytest.mark.parametrize(("rule", "code"), BAD)
def test_the_rule_bites(rule: Callable[[Source], Iterator[str]], code: str) -> None:
    assert list(rule(source(code))), code


GOOD: list[tuple[Callable[[Source], Iterator[str]], str]] = [
    (forbidden, "require __DIR__ . '/core/autoload.php'; $a = file_get_contents('php://input', false, null, 0, 9);"),
    (compared, "return hash_equals($signature, $given) && $signature !== '' && strlen($token) === 32;"),
    (
        permitted,
        "register_rest_route('a', '/b', ['callback' => 'f',"
        " 'permission_callback' => static fn (): bool => current_user_can('edit_posts')]);",
    ),
    (
        handled,
        "class A { function r() { foreach (['f'] as $n) { add_action(\"wp_ajax_$n\", [self::class, $n]); } }"
        " function f() { self::guard(); } function guard() { check_ajax_referer('a'); current_user_can('a'); } }",
    ),
    (handled, "class A { function r() { add_action('save_post', [self::class, 'f']); } function f($id) { g($id); } }"),
    (cleaned, "check_admin_referer('a'); $a = isset($_POST['a']) ? sanitize_text_field(wp_unslash($_POST['a'])) : '';"),
    (cleaned, "check_admin_referer('a'); $a = absint($_POST['a'] ?? 0); $b = (int) $_GET['b'];"),
    (cleaned, "$a = esc_url_raw(wp_unslash($_SERVER['REQUEST_URI'] ?? ''));"),
    (
        prepared,
        "class A { function f(array $ids, int $n) { $m = implode(',', array_fill(0, count($ids), '%d'));"
        ' $this->db->get_col($this->db->prepare("SELECT ID FROM {$this->db->posts} WHERE ID IN ($m) LIMIT $n", $ids));'
        " } }",
    ),
    (
        prepared,
        'function f($a) { $sql = "DELETE FROM $wpdb->posts"; $wpdb->query($wpdb->prepare("$sql WHERE a = %s", $a)); }',
    ),
]


@pytest.mark.parametrize(("rule", "code"), GOOD)
def test_the_rule_lets_pass(rule: Callable[[Source], Iterator[str]], code: str) -> None:
    assert list(rule(source(code))) == [], code


def test_a_file_without_its_beginning() -> None:
    assert list(strict(source("", start="<?php\nnamespace A;\ndeclare(strict_types=1);\n")))
    assert list(guarded(source("class A {}", start="<?php\ndeclare(strict_types=1);\nnamespace A;\n")))
    late = "<?php\ndeclare(strict_types=1);\nf();\nif (!defined('ABSPATH')) {\n    exit;\n}\n"
    assert list(guarded(source("", start=late)))
    assert list(guarded(source("", name="wordpress/uninstall.php")))
    assert not list(guarded(source("class A {}"))) and not list(strict(source("")))


PRINTED = [
    "echo $a;",
    "print $a;",
    "printf('<p>%s</p>', $a);",
    "echo '<p>' . $a . '</p>';",
    'echo "<p>$a</p>";',
    "?><p><?= $a ?></p><?php",
    "echo __('a', 'partageons');",
    "wp_die($a);",
    "$html = '<p>' . $a;",
    "return sprintf('<a href=\"%s\">%d</a>', $url, $n);",
    "$b = esc_html($a); $b .= $a; echo $b;",
    "foreach ($items as $b) { echo $b; }",
    "echo esc_html($a) . ($b ? $c : 'd');",
    "class A { function f() { echo $this->g(); } function g() { return $this->a; } }",
    "class A { private function f(string $x) { return \"<p>$x</p>\"; } function g() { return $this->f($_GET['x']); } }",
    "class A { private string $a; function s($x) { $this->a = $x; } function f() { echo $this->a; } }",
    "function f($a) { $b = 'c'; if ($a) { $b = $a; } echo $b; }",
    "echo implode(' ', $list);",
    "echo get_the_title();",
]


@pytest.mark.parametrize("code", PRINTED)
def test_what_is_printed_as_it_came(code: str) -> None:
    assert list(Printed([source(code)]).broken()), code


SAFE = [
    "echo esc_html($a), '<p>', 3, count($b);",
    "printf('<a href=\"%s\">%s, %d</a>', esc_url($a), esc_html__('b', 'partageons'), $n);",
    "printf('<h%1$d>%2$s</h%1$d>', $level, esc_html($a));",
    "$b = ''; foreach ($items as $c) { $b .= '<li>' . esc_html($c) . '</li>'; } echo \"<ul>$b</ul>\";",
    "echo '<ul><li>' . implode('</li><li>', array_map('esc_html', $list)) . '</li></ul>';",
    'function f(string $a) { $a = esc_html($a); return "<p>$a</p>"; }',
    'class A { private function f(string $x) { return "<p>$x</p>"; } function g() { return $this->f(esc_html($a)); } }',
    "class A { function f() { echo $this->g(); } function g() { return '<b>' . esc_html($this->a) . '</b>'; } }",
    "class A { private int $n; function f($o) { echo '<b>', $this->n, $o->n, '</b>'; } }",
    "echo $a === '' ? '' : '<p>' . wp_kses_post($a) . '</p>';",
    "$b = $a; $c = $a . ' < ' . $b;",
]


@pytest.mark.parametrize("code", SAFE)
def test_what_is_printed_escaped(code: str) -> None:
    assert list(Printed([source(code)]).broken()) == [], code


ROUTE = 'class A { /** @Route("/api/partageons/a"%s) */ public function a(): Response { return f(); } }'
WIKI_BAD: list[tuple[Callable[[Source], Iterator[str]], str]] = [
    (lambda source: routed(source, OPEN), ROUTE % ""),
    (lambda source: routed(source, OPEN), ROUTE % ', methods={"POST"}'),
    (lambda source: routed(source, OPEN), ROUTE % ', options={"acl":{}}'),
    (lambda source: routed(source, OPEN), ROUTE % ', options={"acl":{"public"}}'),
    (lambda source: routed(source, OPEN), "class A { public function a(): Response { return f(); } }"),
    (sent, "class A { function f() { return $this->page->data($_POST); } }"),
    (sent, "class A { function f() { g($_POST['a']); if (!$this->wiki->UserIsAdmin()) { return; } } }"),
    (sent, "class A { function f() { if ($this->wiki->UserIsAdmin()) { g($_REQUEST['a']); } } }"),
    (acted, "class A { function f(array $sent) { if ($sent['partageons_act'] === 'save') { $this->save(); } } }"),
    (
        acted,
        "class A { function f(array $sent) { $act = $sent['partageons_act']; $tokens->checkToken('a', 'GET', 'b'); } }",
    ),
    (impartial, "class A { function f() { return $field->canRead($entry); } }"),
    (impartial, "class A { function f() { return $this->wiki->UserIsAdmin() ? $all : $some; } }"),
    (connected, "$wiki->services->get(DbService::class)->loadAll(\"SELECT * FROM a WHERE b = '$c'\");"),
    (connected, "$wiki->Query('DELETE FROM a');"),
    (connected, "$sql = \"b = '{$this->db->escape($b)}'\";"),
    (prepared, "class A { function f($tag) { $this->db->rows(\"SELECT 1 FROM a WHERE tag = '$tag'\"); } }"),
    (prepared, "class A { function f() { $this->db->run('DELETE FROM a WHERE b = ' . $_GET['b']); } }"),
]


@pytest.mark.parametrize(("rule", "code"), WIKI_BAD)
def test_the_rule_of_the_wiki_bites(rule: Callable[[Source], Iterator[str]], code: str) -> None:
    assert list(rule(source(code, "yeswiki/src/A.php"))), code


WIKI_GOOD: list[tuple[Callable[[Source], Iterator[str]], str]] = [
    (
        lambda source: routed(source, OPEN),
        'class A { /** @Route("/api/partageons/oai", options={"acl":{"public"}}) */ function a() {}'
        ' /** @Route("/api/partageons/b", options={"acl":{"public","@admins"}}) */ public function b() {}'
        " private function c() {} }",
    ),
    (sent, "class A { function f() { if (!$this->wiki->UserIsAdmin()) { return ''; } return g($_POST); } }"),
    (acted, "class A { function f(array $s) { $s['partageons_act']; $t->checkToken(self::T, 'POST', 'b'); } }"),
    (impartial, "class A { function f() { return Visitor::readsField($field->getReadAccess()); } }"),
    (connected, "class A { function f() { return $this->db->rows('SELECT 1 FROM a WHERE b = ?', [$b]); } }"),
]


@pytest.mark.parametrize(("rule", "code"), WIKI_GOOD)
def test_the_rule_of_the_wiki_lets_pass(rule: Callable[[Source], Iterator[str]], code: str) -> None:
    assert list(rule(source(code, "yeswiki/src/A.php"))) == [], code


SHOWN = [
    "class A extends YesWikiAction { public function run() { return $this->arguments['titre']; } }",
    "class A extends YesWikiAction { public function run() { return '<p>' . $_GET['a'] . '</p>'; } }",
    "class A extends YesWikiAction { public function run() { $this->output = $this->output . $title; } }",
    "class A { public function run() { return '<b>' . htmlspecialchars($a) . '</b>'; } }",
    "echo $title;",
    "printf('<a href=\"%s\">', $url);",
    "$wiki->AddJavascript('var a = ' . json_encode($a));",
    "$plugin_output_new .= $text;",
]


@pytest.mark.parametrize("code", SHOWN)
def test_what_the_wiki_shows_as_it_came(code: str) -> None:
    assert list(Shown([source(code, "yeswiki/actions/A.php")]).broken()), code


ESCAPED = [
    "class A extends YesWikiAction { public function run() { return $this->render('@partageons/a.twig', $data); } }",
    "class A extends YesWikiAction { public function run() { return $this->wiki->UserIsAdmin() ? '' : $this->g(); }"
    " private function g(): string { return '<b>' . htmlspecialchars($this->a, ENT_QUOTES, 'UTF-8') . '</b>'; } }",
    "$wiki->AddJavascript('var a = ' . json_encode($a, JSON_HEX_TAG));",
    "printf('<a href=\"%s\">', htmlspecialchars($url, ENT_QUOTES, 'UTF-8'));",
]


@pytest.mark.parametrize("code", ESCAPED)
def test_what_the_wiki_shows_escaped(code: str) -> None:
    assert list(Shown([source(code, "yeswiki/actions/A.php")]).broken()) == [], code


@pytest.mark.parametrize(
    "text",
    [
        "<p>{{ item.title|raw }}</p>",
        "{{ format(text) | raw }}",
        "{% autoescape false %}{{ a }}{% endautoescape %}",
        "{% autoescape %}{{ a }}{% endautoescape %}",
        "<script>var a = '{{ a }}';</script>",
        "<style>a { color: {{ a }} }</style>",
        "<a href={{ url }}>a</a>",
        '<a onclick="f({{ a }})">a</a>',
        '<a href="javascript:{{ a }}">a</a>',
    ],
)
def test_a_template_that_does_not_escape(text: str) -> None:
    assert list(escaped(Template("yeswiki/templates/a.twig", text))), text


def test_a_template_that_escapes() -> None:
    text = "<a href=\"{{ url }}?a={{ b|url_encode }}\" {{ off }}>{{ title }}</a>{% if a == b %}{{ _t('A') }}{% endif %}"
    assert list(escaped(Template("yeswiki/templates/a.twig", text))) == []


def test_a_form_without_its_token() -> None:
    token = '<input type="hidden" name="partageons_token" value="{{ token }}">'
    post = '<form method="post" action="{{ here }}">%s<button>Oui</button></form>'
    assert list(tokened(Template("a.twig", post % ""))) and list(tokened(Template("a.twig", "<form>a</form>")))
    assert list(tokened(Template("a.twig", post % token + post % "")))
    assert not list(tokened(Template("a.twig", post % token + '<form method="get"><input></form>')))


@pytest.mark.parametrize(
    "code",
    [
        "__('a');",
        "__('a', 'another');",
        "__($a, 'partageons');",
        "__(\"a $b\", 'partageons');",
        "_n('a', $b, 2, 'partageons');",
        "esc_html__('a' . 'b', 'partageons');",
        "_x('a', 'partageons');",
    ],
)
def test_a_string_that_nobody_could_translate(code: str) -> None:
    with pytest.raises(plugin_words.Unreadable):
        list(plugin_words.strings(f"<?php {code}".encode(), "a.php"))


def test_strings_as_php_reads_them() -> None:
    code = r"""<?php
    /* translators: %s: a name. */
    $a = sprintf(__('l\'eau \n', 'partageons'), $b);
    _nx("a\n\"b\" \$c", 'd\\', $n, 'a place', 'partageons');
    """
    first, second = plugin_words.strings(code.encode(), "a.php")
    assert (first.text, first.said) == ("l'eau \\n", "translators: %s: a name.")
    assert (second.text, second.plural, second.context) == ('a\n"b" $c', "d\\", "a place")
