<?php
// For `php -S`, what the .htaccess that SPIP gives says to Apache: a file as it is, these two names to SPIP.
$path = rawurldecode((string) parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH));
if (!in_array($path, array('/robots.txt', '/sitemap.xml'), true)) {
    return false;
}
chdir($_SERVER['DOCUMENT_ROOT']);
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = '/spip.php';
$_GET['page'] = $_REQUEST['page'] = substr($path, 1);
require 'spip.php';
