<?php

/**
 * Loads the classes of the module and those of the core when they are first used.
 */

declare(strict_types=1);

// In the zip the core is in the module; in the sources it is beside it.
require is_file(__DIR__ . '/core/autoload.php')
    ? __DIR__ . '/core/autoload.php' : dirname(__DIR__) . '/core/autoload.php';

spl_autoload_register(
    static function (string $class): void {
        if (strncmp($class, 'Partageons\\Module\\', 18) === 0) {
            $file = __DIR__ . '/src/' . str_replace('\\', '/', substr($class, 18)) . '.php';
            if (is_file($file)) {
                require $file;
            }
        }
    }
);
