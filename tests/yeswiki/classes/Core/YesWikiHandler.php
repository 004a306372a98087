<?php

declare(strict_types=1);

namespace YesWiki\Core;

use Symfony\Component\HttpKernel\Exception\AccessDeniedHttpException;
use YesWiki\Core\Service\AclService;

/** A way to see a page: `?Page/name`. */
abstract class YesWikiHandler extends YesWikiPerformable
{
    protected function denyAccessUnlessGranted($role, $tag = null)
    {
        if (!$this->getService(AclService::class)->hasAccess($role, $tag)) {
            throw new AccessDeniedHttpException();
        }
    }
}
