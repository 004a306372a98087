<?php

declare(strict_types=1);

namespace YesWiki\Bazar\Controller;

use YesWiki\Bazar\Service\EntryManager;
use YesWiki\Bazar\Service\FormManager;
use YesWiki\Core\Service\EventDispatcher;
use YesWiki\Core\YesWikiController;

/**
 * What people do in the pages.
 *
 * Observed: the only place that tells `entry.created`, `entry.updated` and `entry.deleted`, each after what
 * `PageManager` told; a form is shown again, prefilled from the request, when it has no title yet.
 */
class EntryController extends YesWikiController
{
    private EntryManager $entries;
    private FormManager $forms;
    private EventDispatcher $events;

    public function __construct(EntryManager $entries, FormManager $forms, EventDispatcher $events)
    {
        $this->entries = $entries;
        $this->forms = $forms;
        $this->events = $events;
    }

    public function create($formId, $redirectUrl = null)
    {
        if (isset($_POST['bf_titre'])) {
            $entry = $this->entries->create($formId, $_POST);
            $this->events->yesWikiDispatch('entry.created', ['id' => $entry['id_fiche'], 'data' => $entry]);
            $this->wiki->Redirect($this->wiki->Href('', $entry['id_fiche'], null, false));
        }
        return $this->form($this->forms->getOne($formId), null);
    }

    public function update($entryId)
    {
        $entry = $this->entries->getOne($entryId);
        if (isset($_POST['bf_titre'])) {
            $entry = $this->entries->update($entryId, $_POST);
            $this->events->yesWikiDispatch('entry.updated', ['id' => $entry['id_fiche'], 'data' => $entry]);
            $this->wiki->Redirect($this->wiki->Href('', $entry['id_fiche'], null, false));
        }
        return $this->form($this->forms->getOne($entry['id_typeannonce']), $entry);
    }

    public function delete($entryId, bool $redirectAfter = false): bool
    {
        $entry = $this->entries->getOne($entryId);
        $this->entries->delete($entryId);
        $this->events->yesWikiDispatch('entry.deleted', ['id' => $entryId, 'data' => $entry]);
        return true;
    }

    public function view($entryId, $time = '', $showFooter = true, ?string $userNameForRendering = null)
    {
        $entry = $this->entries->getOne($entryId);
        $form = $entry === null ? null : $this->forms->getOne($entry['id_typeannonce']);
        $html = '<h1 class="BAZ_fiche_titre">' . htmlspecialchars((string) ($entry['bf_titre'] ?? '')) . '</h1>';
        foreach ($form['prepared'] ?? [] as $field) {
            $value = $field->canRead($entry) ? ($entry[$field->getPropertyName()] ?? '') : '';
            $html .= is_string($value) && $value !== '' ? '<p>' . htmlspecialchars($value) . "</p>\n" : '';
        }
        return "<div class=\"BAZ_cadre_fiche\">$html</div>";
    }

    private function form(?array $form, ?array $entry): string
    {
        return $form === null ? '' : $this->render('@bazar/form.twig', ['form' => $form, 'entry' => $entry, 'asked' => $_REQUEST]);
    }
}
