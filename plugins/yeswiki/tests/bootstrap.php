<?php

declare(strict_types=1);

require __DIR__ . '/../../../tests/yeswiki/load.php';
require_once __DIR__ . '/../../core/autoload.php';

spl_autoload_register(
    static function (string $class): void {
        foreach (
            [
                'Partageons\\YesWiki\\Tests\\' => __DIR__,
                'Partageons\\YesWiki\\' => dirname(__DIR__) . '/src',
                'Partageons\\Core\\Tests\\' => dirname(__DIR__, 2) . '/core/tests',
                'YesWiki\\Partageons\\Service\\' => dirname(__DIR__) . '/services',
                'YesWiki\\Partageons\\Controller\\' => dirname(__DIR__) . '/controllers',
                'YesWiki\\Partageons\\' => dirname(__DIR__) . '/actions',
            ] as $start => $folder
        ) {
            if (strncmp($class, $start, strlen($start)) === 0) {
                $file = $folder . '/' . str_replace('\\', '/', substr($class, strlen($start))) . '.php';
                if (is_file($file)) {
                    require_once $file;
                    return;
                }
            }
        }
    }
);
