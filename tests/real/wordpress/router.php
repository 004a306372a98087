<?php
// For `php -S`: a file as it is, a folder's index.php, and everything else to WordPress (permalinks).
$root = $_SERVER['DOCUMENT_ROOT'];
$path = rawurldecode((string) parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH));
if (is_dir($root . $path) && is_file("$root$path/index.php")) {
    $path = rtrim($path, '/') . '/index.php';
}
if (strpos($path, '..') !== false || !is_file($root . $path)) {
    $path = '/index.php';
} elseif (substr($path, -4) !== '.php') {
    return false;
}
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = $path;
$_SERVER['SCRIPT_FILENAME'] = $root . $path;
chdir(dirname($root . $path));
require $root . $path;
