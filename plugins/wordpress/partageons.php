<?php
/**
 * Plugin Name:       Partageons vert
 * Description:       Shares the resources that you choose with the French biodiversity network, and shows those of the others without storing them.
 * Version:           0.1.0
 * Requires at least: 6.1
 * Requires PHP:      7.4
 * Author:            Partageons vert
 * License:           GPL-2.0-or-later
 * License URI:       https://www.gnu.org/licenses/gpl-2.0.html
 * Text Domain:       partageons
 * Domain Path:       /languages
 *
 * @package Partageons
 */

declare(strict_types=1);

namespace Partageons\WordPress;

if (!defined('ABSPATH')) {
    exit;
}

define('PARTAGEONS_VERSION', '0.1.0');
define('PARTAGEONS_FILE', __FILE__);

require __DIR__ . '/core/autoload.php';

spl_autoload_register(
    static function (string $class): void {
        if (strncmp($class, __NAMESPACE__ . '\\', 21) === 0) {
            $file = __DIR__ . '/src/' . str_replace('\\', '/', substr($class, 21)) . '.php';
            if (is_file($file)) {
                require $file;
            }
        }
    }
);

add_action(
    'init',
    static function (): void {
        load_plugin_textdomain('partageons', false, dirname(plugin_basename(__FILE__)) . '/languages');
    },
    0
);

$areas = [
    Doors::class, Changes::class, Schedule::class,
    Admin::class, PostBox::class, Health::class, Notices::class,
    Block::class, Hiding::class, Elsewhere::class, PingRoute::class, Copies::class,
];
foreach ($areas as $area) {
    $area::register();
}
