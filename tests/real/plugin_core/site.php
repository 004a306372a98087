<?php

/** The two doors of the site, for PHP's own server. */

declare(strict_types=1);

namespace Partageons\Test;

use Partageons\Core\Door;

require __DIR__ . '/parts.php';

$body = (string) file_get_contents('php://input');
$method = $_SERVER['REQUEST_METHOD'];
$door = $_GET['partageons'] ?? '';
if ($door === 'oai') {
    $oai = new Door(fn () => oai());
    $answer = $oai->answer($method, $_SERVER['QUERY_STRING'] ?? '', $body, $_SERVER['CONTENT_TYPE'] ?? '');
} elseif ($door === 'ping') {
    $answer = pingDoor()->answer($method, getallheaders(), $body, function (string $since): void {
        lists()->expire();
        keep('pinged', $since);
    });
    file_put_contents(getenv('SITE_FOLDER') . '/pings', "$answer->status\n", FILE_APPEND);
} else {
    http_response_code(404);
    return;
}
http_response_code($answer->status);
foreach ($answer->headers as $name => $value) {
    header("$name: $value");
}
echo $answer->body;
