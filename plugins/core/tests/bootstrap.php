<?php

declare(strict_types=1);

require __DIR__ . '/../autoload.php';

spl_autoload_register(
    static function (string $class): void {
        $file = __DIR__ . '/' . str_replace(['Partageons\\Core\\Tests\\', '\\'], ['', '/'], $class) . '.php';
        if (strncmp($class, 'Partageons\\Core\\Tests\\', 22) === 0 && is_file($file)) {
            require $file;
        }
    }
);
error_reporting(E_ALL);
