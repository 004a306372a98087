<?php
/**
 * Loads the classes of the core when they are first used.
 *
 * @package Partageons
 */

declare(strict_types=1);

spl_autoload_register(
    static function (string $class): void {
        if (strncmp($class, 'Partageons\\Core\\', 16) === 0) {
            $file = __DIR__ . '/src/' . str_replace('\\', '/', substr($class, 16)) . '.php';
            if (is_file($file)) {
                require $file;
            }
        }
    }
);
