<?php

/** What `php -S` asks for each request: a file of the wiki as it is, else a page or a route. */

declare(strict_types=1);

chdir($_SERVER['DOCUMENT_ROOT']);
$path = (string) parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if ($path !== '/' && substr($path, -4) !== '.php' && is_file(".$path")) {
    return false;
}
if ($path !== '/' && $path !== '/index.php') {
    // Rewrite mode: what Apache is told to do, `RewriteRule ^(.*)$ index.php?wiki=$1 [QSA]`.
    $_GET = ['wiki' => ltrim(urldecode($path), '/')] + $_GET;
    $_REQUEST = $_GET + $_REQUEST;
    $_SERVER['QUERY_STRING'] = 'wiki=' . ltrim($path, '/') . rtrim('&' . ($_SERVER['QUERY_STRING'] ?? ''), '&');
}
$_SERVER['SCRIPT_NAME'] = '/index.php';

require __DIR__ . '/load.php';

YesWiki\StandIn\Front::answer();
