<?php

declare(strict_types=1);

namespace YesWiki\Core\Controller;

use Symfony\Component\Routing\Annotation\Route;
use YesWiki\Core\ApiResponse;
use YesWiki\Core\Service\PageManager;
use YesWiki\Core\YesWikiController;

/**
 * Pages by the API.
 *
 * Observed: DELETE is the one deletion that works, for the owner and administrators, by session or by key; a page that
 * is not there is a 404.
 */
class ApiController extends YesWikiController
{
    /**
     * @Route("/api/pages/{tag}", methods={"GET"}, options={"acl":{"public"}})
     */
    public function getPage($tag)
    {
        $this->denyAccessUnlessGranted('read', $tag);
        $page = $this->getService(PageManager::class)->getOne($tag);
        return new ApiResponse($page, $page === null ? 404 : 200);
    }

    /**
     * @Route("/api/pages/{tag}", methods={"DELETE"}, options={"acl":{"public","+"}})
     */
    public function deletePage($tag)
    {
        if ($this->getService(PageManager::class)->getOne($tag, null, false) === null) {
            return new ApiResponse(['notDeleted' => [$tag]], 404);
        }
        if (!$this->wiki->UserIsOwner($tag) && !$this->wiki->UserIsAdmin()) {
            return new ApiResponse(['notDeleted' => [$tag]], 401);
        }
        $this->getService(PageController::class)->delete($tag);
        return new ApiResponse(['deleted' => [$tag]]);
    }
}
