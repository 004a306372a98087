<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\BridgeError;

if (!defined('ABSPATH')) {
    exit;
}

/** The themes, places and kinds of the network's resources, for who chooses among them in the editor. */
final class Words
{
    public const ACTION = 'partageons_words';
    private const KEPT = 'partageons_words';
    private const PATIENCE = 4.0;

    public static function register(): void
    {
        add_action('wp_ajax_' . self::ACTION, [self::class, 'answer']);
    }

    public static function answer(): void
    {
        check_ajax_referer(self::ACTION);
        if (!current_user_can('edit_posts')) {
            wp_send_json_error(null, 403);
        }
        wp_send_json_success((object) self::all());
    }

    /** @return array<string, list<array{0: string, 1: string}>> codes and labels by parameter, most frequent first */
    private static function all(): array
    {
        $bridge = Parts::bridge();
        $kept = get_transient(self::KEPT);
        if ($bridge === null || (is_array($kept) && ($kept['of'] ?? '') === $bridge->address())) {
            return $bridge === null ? [] : $kept['words'];
        }
        try {
            $words = $bridge->words(self::PATIENCE);
        } catch (BridgeError $error) {
            $words = [];
        }
        $for = $words === [] ? MINUTE_IN_SECONDS : HOUR_IN_SECONDS;
        set_transient(self::KEPT, ['of' => $bridge->address(), 'words' => $words], $for);
        return $words;
    }
}
