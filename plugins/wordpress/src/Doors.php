<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\Answer;

if (!defined('ABSPATH')) {
    exit;
}

/**
 * Where the feed is read: `/?partageons=oai`, which needs neither the REST API nor rewrite rules, the REST route with
 * or without pretty permalinks, and `/partageons/oai` for harvesters that lose what follows a question mark. The home
 * page names the first.
 */
final class Doors
{
    public const NAME = 'partageons';
    private const SPACE = 'partageons/v1';
    private const ROUTE = '/oai';
    private const PATH = '/' . self::NAME . '/oai';
    /** A longer form is refused by the door itself. */
    private const BODY = 65537;
    /** Said to a harvester when anything fails; French, as all that the feed says. */
    private const LATER = "Le site ne peut pas répondre pour l'instant.\n";

    private static ?Answer $answer = null;

    public static function register(): void
    {
        add_action('wp_loaded', [self::class, 'plain'], 1);
        add_action('rest_api_init', [self::class, 'route']);
        add_action('wp_head', [self::class, 'name'], 3);
    }

    /** The address that nothing closes. */
    public static function address(): string
    {
        return home_url('/?' . self::NAME . '=oai');
    }

    /** The answer to these addresses, before the site thinks of a page; everything else goes its way. */
    public static function plain(): void
    {
        // phpcs:ignore WordPress.Security.NonceVerification.Recommended -- a public feed, which only reads.
        $asked = isset($_GET[self::NAME]) && is_string($_GET[self::NAME]) ? wp_unslash($_GET[self::NAME]) : '';
        // Some harvesters write a question mark after any address.
        if ($asked === 'oai' || strncmp($asked, 'oai?', 4) === 0 || self::path() === self::path(home_url(self::PATH))) {
            self::send(self::answered());
            exit;
        }
    }

    public static function route(): void
    {
        register_rest_route(self::SPACE, self::ROUTE, [
            'methods' => 'GET, POST',
            'callback' => [self::class, 'rest'],
            'permission_callback' => '__return_true',
        ]);
        add_filter('rest_pre_serve_request', [self::class, 'raw'], 10, 2);
    }

    public static function rest(): \WP_REST_Response
    {
        self::$answer = self::answered();
        return new \WP_REST_Response(null, self::$answer->status);
    }

    /**
     * XML, where the REST API would write JSON.
     *
     * @param mixed $served
     * @param mixed $response
     * @return mixed
     */
    public static function raw($served, $response)
    {
        if (self::$answer === null || !$response instanceof \WP_REST_Response || $served) {
            return $served;
        }
        self::send(self::$answer);
        self::$answer = null;
        return true;
    }

    /** The feed's address, on the home page only: a site's address is then enough to find it. */
    public static function name(): void
    {
        if (is_front_page() && Parts::settings()->types !== []) {
            printf(
                '<link rel="alternate" type="text/xml" title="OAI-PMH" href="%s" />' . "\n",
                esc_url(self::address())
            );
        }
    }

    /** The path of an address, or the one that was asked. */
    private static function path(?string $url = null): string
    {
        return (string) wp_parse_url($url ?? 'http://x' . self::server('REQUEST_URI'), PHP_URL_PATH);
    }

    private static function answered(): Answer
    {
        foreach (['DONOTCACHEPAGE', 'DONOTCACHEOBJECT', 'DONOTCACHEDB', 'DONOTMINIFY'] as $constant) {
            defined($constant) || define($constant, true);
        }
        // A notice of another plugin would break the document; WordPress itself would tell a harvester in HTML.
        ini_set('display_errors', '0');
        foreach (['', '_ajax', '_json', '_jsonp', '_xml', '_xmlrpc'] as $kind) {
            add_filter("wp_die{$kind}_handler", [self::class, 'failing'], PHP_INT_MAX);
        }
        $method = self::server('REQUEST_METHOD') === 'HEAD' ? 'GET' : self::server('REQUEST_METHOD');
        try {
            $body = $method === 'POST' ? (string) file_get_contents('php://input', false, null, 0, self::BODY) : '';
            Visits::note($method === 'POST' ? $body : self::query(), self::server('HTTP_USER_AGENT'));
            return Parts::door()->answer($method, self::query(), $body, self::server('CONTENT_TYPE'));
        } catch (\Throwable $failure) {
            error_log('partageons: ' . $failure->getMessage());
            return self::later();
        }
    }

    /** @return callable(): never */
    public static function failing(): callable
    {
        return static function (): void {
            self::send(self::later());
            exit;
        };
    }

    private static function later(): Answer
    {
        $headers = ['content-type' => 'text/plain; charset=utf-8', 'cache-control' => 'no-store'];
        return new Answer(503, $headers + ['retry-after' => '60'], self::LATER);
    }

    private static function send(Answer $answer): void
    {
        // What others began to write, or would rewrite, is not part of the document.
        for ($level = ob_get_level(); $level > 0; $level--) {
            ob_end_clean();
        }
        if (!headers_sent()) {
            status_header($answer->status);
            foreach (['Content-Type', 'Expires', 'Last-Modified', 'ETag', 'Pragma', 'Link', 'X-Pingback'] as $name) {
                header_remove($name);
            }
            foreach ($answer->headers as $name => $value) {
                header(ucwords($name, '-') . ": $value");
            }
            header('X-Robots-Tag: noindex');
            header('X-LiteSpeed-Cache-Control: no-cache');
        }
        if (self::server('REQUEST_METHOD') !== 'HEAD') {
            echo $answer->body; // phpcs:ignore WordPress.Security.EscapeOutput -- a whole XML document of the core.
        }
    }

    /** What was asked: as the client wrote it, not as the server's own rules rewrote it. */
    private static function query(): string
    {
        $query = (string) substr((string) strstr(self::server('REQUEST_URI'), '?'), 1);
        return str_replace(self::NAME . '=oai?', self::NAME . '=oai&', $query);
    }

    private static function server(string $name): string
    {
        // phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- compared, or read by the core, which checks it.
        return isset($_SERVER[$name]) && is_string($_SERVER[$name]) ? wp_unslash($_SERVER[$name]) : '';
    }
}
