<?php

/** What a site does by itself, one act for each run: prints its outcome as JSON. */

declare(strict_types=1);

namespace Partageons\Test;

use Partageons\Core\BadSignature;
use Partageons\Core\Bridge;
use Partageons\Core\BridgeError;
use Partageons\Core\Webhook;

require __DIR__ . '/parts.php';

/** @return mixed */
function act(string $what, array $given)
{
    switch ($what) {
        case 'join':
            return pairing()->join($given[0], $given[1] ?? getenv('SITE_URL') . '/?partageons=oai');
        case 'look':
            return pairing()->look();
        case 'paired':
            $pairing = pairing();
            return ['state' => $pairing->state(), 'said' => $pairing->said(), 'keys' => $pairing->keys(),
                'source' => $pairing->source(), 'ping' => $pairing->pingAddress(), 'newest' => $pairing->newest(),
                'challenge' => $pairing->challenge()];
        case 'note':
            $ids = array_map('strval', array_keys(json_decode(kept('items.json'), true)));
            return log()->note($ids, (new Items())->states($ids));
        case 'changed':
            pinger()->changed(gmdate('Y-m-d\TH:i:s\Z'));
            return pinger()->send(true);
        case 'last':
            return pinger()->last();
        case 'similar':
            return (new Bridge($given[0], new Streams()))->similar($given[1], $given[2] ?? '', 5, '', 5.0);
        case 'resources':
            return (new Bridge($given[0], new Streams()))->resources($given[1], 5.0);
        case 'refresh':
            return lists()->refresh($given[0], 5.0);
        case 'list':
            return ['kept' => lists()->kept($given[0]), 'stale' => lists()->stale($given[0])];
        case 'sign':
            return Webhook::sign(array_slice($given, 3), $given[0], (int) $given[1], $given[2]);
        case 'check':
            return Webhook::check(array_slice($given, 3), json_decode($given[2], true), $given[0], (int) $given[1]);
    }
    throw new \InvalidArgumentException($what);
}

try {
    $found = act($argv[1], array_slice($argv, 2));
} catch (BridgeError $error) {
    $found = ['code' => $error->code, 'status' => $error->status, 'said' => $error->getMessage()];
} catch (BadSignature $error) {
    $found = ['refused' => $error->getMessage()];
}
echo json_encode($found, JSON_UNESCAPED_UNICODE);
