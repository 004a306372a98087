<?php
// WordPress for a script: `php -r 'require "load.php"; …'`, with the site's folder and address in the environment.
$address = parse_url(getenv('SITE_URL'));
$_SERVER = array_merge($_SERVER, array(
    'HTTP_HOST' => $address['host'] . ':' . $address['port'],
    'SERVER_NAME' => $address['host'],
    'SERVER_PROTOCOL' => 'HTTP/1.1',
    'REQUEST_METHOD' => 'GET',
    'REQUEST_URI' => '/',
    'PHP_SELF' => '/index.php',
));
require getenv('SITE_FOLDER') . '/wp-load.php';
