<?php

declare(strict_types=1);

namespace YesWiki\Core;

use Symfony\Component\HttpKernel\Exception\AccessDeniedHttpException;
use YesWiki\Core\Service\AclService;
use YesWiki\Core\Service\TemplateEngine;
use YesWiki\Wiki;

/** Observed: the wiki is given by `setWiki`, as a service and as a controller of a route; a refused access is a 403. */
abstract class YesWikiController
{
    protected $wiki;

    /** @Required */
    public function setWiki(Wiki $wiki): void
    {
        $this->wiki = $wiki;
    }

    protected function getService($className)
    {
        return $this->wiki->services->get($className);
    }

    protected function render($templatePath, $data = [], $method = 'render')
    {
        return $this->getService(TemplateEngine::class)->$method($templatePath, $data);
    }

    protected function renderInSquelette($templatePath, $data = [])
    {
        return $this->render($templatePath, $data, 'renderInSquelette');
    }

    protected function denyAccessUnlessGranted($role, $tag)
    {
        if (!$this->getService(AclService::class)->hasAccess($role, $tag)) {
            throw new AccessDeniedHttpException();
        }
    }

    protected function denyAccessUnlessAdmin()
    {
        if (!$this->wiki->UserIsAdmin()) {
            throw new AccessDeniedHttpException();
        }
    }
}
