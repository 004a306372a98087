<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\Memory;

if (!defined('ABSPATH')) {
    exit;
}

/** Options that are read only where they are needed: no page loads them. */
final class Options implements Memory
{
    public const PREFIX = 'partageons_memory_';

    public function get(string $name): string
    {
        wp_cache_delete(self::PREFIX . $name, 'options'); // another request may have changed it since the last look
        $value = get_option(self::PREFIX . $name, '');
        return is_scalar($value) ? (string) $value : '';
    }

    public function set(string $name, string $value): void
    {
        if ($value === '') {
            delete_option(self::PREFIX . $name);
        } else {
            update_option(self::PREFIX . $name, $value, false);
        }
    }
}
