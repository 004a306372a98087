<?php

/**
 * Stand-ins for the few classes of YesWiki that the extension uses, for machines where no YesWiki can be installed.
 *
 * They were written from what a running YesWiki (October 2024, after 4.4.4) was seen to do; each class says what. Its
 * libraries are real: Symfony, Twig and Doctrine's annotations, as Debian packages them.
 */

declare(strict_types=1);

error_reporting(E_ALL & ~E_DEPRECATED & ~E_USER_DEPRECATED);

const WIKINI_VERSION = '0.5.0';
const YESWIKI_VERSION = 'doryphore';
const YW_CHARSET = 'UTF-8';
const THISWIKI_PREFIX = 'ThisWiki:';
const GROUP_PREFIX = 'ThisWikiGroup:';
const ADMIN_GROUP = 'admins';
const WIKINI_VOC_PREFIX = 'http://www.wikini.net/_vocabulary/';
const WIKINI_VOC_ACTIONS_PREFIX = WIKINI_VOC_PREFIX . 'action/';
const WIKINI_VOC_HANDLERS_PREFIX = WIKINI_VOC_PREFIX . 'handler/';
const WIKINI_VOC_ACLS = 'acls';
const WIKINI_VOC_ACLS_URI = WIKINI_VOC_PREFIX . WIKINI_VOC_ACLS;

foreach (['DependencyInjection', 'HttpKernel', 'Routing', 'Security/Csrf', 'Yaml'] as $name) {
    require_once "/usr/share/php/Symfony/Component/$name/autoload.php";
}
foreach (['Twig', 'Doctrine/Common/Annotations'] as $name) {
    require_once "/usr/share/php/$name/autoload.php";
}

spl_autoload_register(
    static function (string $class): void {
        if (strncmp($class, 'YesWiki\\', 8) !== 0) {
            return;
        }
        $file = __DIR__ . '/classes/' . str_replace('\\', '/', substr($class, 8)) . '.php';
        if (is_file($file)) {
            require $file;
            return;
        }
        // As YesWiki: YesWiki\<Extension>\<Kind>\<Name>, below the current folder.
        $parts = explode('\\', $class);
        $folders = ['Service' => 'services', 'Controller' => 'controllers', 'Field' => 'fields'];
        if (count($parts) === 4 && isset($folders[$parts[2]])) {
            $file = 'tools/' . strtolower($parts[1]) . "/{$folders[$parts[2]]}/$parts[3].php";
            if (is_file($file)) {
                require $file;
            }
        }
    }
);

require_once __DIR__ . '/functions.php';
