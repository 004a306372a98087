<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\Home;

if (!defined('ABSPATH')) {
    exit;
}

/** What is this site's own among the resources of the network. */
final class Here
{
    public static function owns(string $url): bool
    {
        return self::home()->owns($url);
    }

    public static function home(): Home
    {
        return new Home(home_url('/'));
    }
}
