<?php

declare(strict_types=1);

namespace YesWiki\Core;

use Symfony\Component\HttpFoundation\JsonResponse;

/** Observed: JSON that any site may read; nothing is `{}`. */
class ApiResponse extends JsonResponse
{
    public function __construct($data = null, int $status = 200, array $headers = [], bool $json = false)
    {
        parent::__construct($data, $status, $headers + ['Access-Control-Allow-Origin' => '*'], $json);
    }
}
