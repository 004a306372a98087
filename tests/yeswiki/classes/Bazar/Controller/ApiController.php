<?php

declare(strict_types=1);

namespace YesWiki\Bazar\Controller;

use Symfony\Component\HttpKernel\Exception\NotFoundHttpException;
use Symfony\Component\Routing\Annotation\Route;
use YesWiki\Bazar\Service\EntryManager;
use YesWiki\Bazar\Service\FormManager;
use YesWiki\Core\ApiResponse;
use YesWiki\Core\YesWikiController;

/**
 * Forms and entries by the API.
 *
 * Observed: an unknown form is a 404, its entries are `{}` and a 200; entries are written with a key, at once and by
 * `EntryManager`; the address they came from is in the header `Source-Url`.
 */
class ApiController extends YesWikiController
{
    /**
     * @Route("/api/forms", methods={"GET"}, options={"acl":{"public"}})
     */
    public function getAllForms()
    {
        return new ApiResponse($this->getService(FormManager::class)->getAll() ?: null);
    }

    /**
     * @Route("/api/forms/{formId}", methods={"GET"}, options={"acl":{"public"}})
     */
    public function getForm($formId)
    {
        $form = $this->getService(FormManager::class)->getOne($formId);
        if ($form === null) {
            throw new NotFoundHttpException();
        }
        return new ApiResponse($form);
    }

    /**
     * @Route("/api/forms/{formId}/entries", methods={"GET"}, options={"acl":{"public"}})
     */
    public function getAllFormEntries($formId)
    {
        $asked = ['formsIds' => $formId, 'minDate' => $_GET['dateMin'] ?? ''];
        return new ApiResponse($this->getService(EntryManager::class)->search($asked, true, true) ?: null);
    }

    /**
     * @Route("/api/entries/json/{ids}", methods={"GET"}, options={"acl":{"public"}})
     */
    public function getEntries($ids)
    {
        $asked = ['queries' => ['id_fiche' => $ids]];
        return new ApiResponse($this->getService(EntryManager::class)->search($asked, true, true) ?: null);
    }

    /**
     * @Route("/api/entries/{formId}", methods={"POST"})
     */
    public function createEntry($formId)
    {
        $_POST['antispam'] = 1;
        $source = $_SERVER['HTTP_SOURCE_URL'] ?? null;
        $entry = $this->getService(EntryManager::class)->create($formId, $_POST, false, $source);
        return new ApiResponse(['success' => $this->wiki->Href('', $entry['id_fiche'])], 201);
    }
}
