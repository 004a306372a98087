<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\PingDoor;

if (!defined('ABSPATH')) {
    exit;
}

/** `/?partageons=ping`: where the bridge tells that something changed. */
final class PingRoute
{
    private const BODY_MAX = 65537;

    public static function register(): void
    {
        add_action('parse_request', [self::class, 'serve'], 1);
    }

    public static function serve(): void
    {
        if (!isset($_GET['partageons']) || sanitize_key((string) wp_unslash($_GET['partageons'])) !== 'ping') {
            return;
        }
        if (!defined('DONOTCACHEPAGE')) {
            define('DONOTCACHEPAGE', true);
        }
        $door = new PingDoor(Parts::pairing(), Parts::memory());
        $answer = $door->answer(
            sanitize_key($_SERVER['REQUEST_METHOD'] ?? 'GET'),
            self::headers(),
            (string) file_get_contents('php://input', false, null, 0, self::BODY_MAX),
            static function (): void {
                $lists = Parts::lists();
                if ($lists !== null) {
                    $lists->expire();
                    Refresh::soon();
                }
            }
        );
        status_header($answer->status);
        foreach ($answer->headers as $name => $value) {
            header("$name: $value");
        }
        echo $answer->body; // phpcs:ignore WordPress.Security.EscapeOutput -- JSON of the core, sent as JSON.
        exit;
    }

    /** @return array<string, string> those of the signature: nothing else is looked at. */
    private static function headers(): array
    {
        $found = [];
        foreach (['webhook-id', 'webhook-timestamp', 'webhook-signature'] as $name) {
            $key = 'HTTP_' . strtoupper(str_replace('-', '_', $name));
            $found[$name] = isset($_SERVER[$key]) ? sanitize_text_field(wp_unslash($_SERVER[$key])) : '';
        }
        return $found;
    }
}
