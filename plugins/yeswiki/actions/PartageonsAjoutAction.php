<?php

declare(strict_types=1);

namespace YesWiki\Partageons;

use Partageons\YesWiki\Adding;
use YesWiki\Bazar\Service\FormManager;
use YesWiki\Core\YesWikiAction;
use YesWiki\Partageons\Service\Parts;

/** `{{partageonsajout}}`: « J'ajoute une initiative », by the wiki's own form; with `texte`, a button to it. */
class PartageonsAjoutAction extends YesWikiAction
{
    public function run()
    {
        $adding = new Adding($this->getService(FormManager::class), $this->getService(Parts::class)->settings());
        $forms = $adding->forms((string) ($this->arguments['id'] ?? ''));
        if ($forms === []) {
            return $this->wiki->UserIsAdmin() ? $this->render('@partageons/unshared.twig') : '';
        }
        $text = trim((string) ($this->arguments['texte'] ?? ''));
        $chosen = is_string($_GET['formulaire'] ?? null) ? $_GET['formulaire'] : '';
        $form = count($forms) === 1 ? (string) array_key_first($forms) : $chosen;
        $saved = ($_GET['vue'] ?? '') === 'consulter' && isset($_GET['id_fiche']);
        if ($text === '' && ($saved || isset($forms[$form]))) {
            return $this->form(isset($forms[$form]) ? $form : (string) array_key_first($forms), $adding);
        }
        $links = [];
        foreach ($forms as $number => $label) {
            $filled = $adding->prefilled((string) $number, $_GET);
            $links[] = [
                'label' => $label,
                'url' => $text === ''
                    ? $this->wiki->Href('', '', ['formulaire' => $number] + $filled, false)
                    : $this->wiki->Href('', 'BazaR', [
                        'vue' => 'saisir', 'action' => 'saisir_fiche', 'id' => $number,
                    ] + $filled, false),
            ];
        }
        return $this->render('@partageons/add.twig', ['text' => $text, 'links' => $links]);
    }

    /** The form, or the entry that was just saved by it. */
    private function form(string $form, Adding $adding): string
    {
        if (($_SERVER['REQUEST_METHOD'] ?? '') !== 'POST') {
            // Where the fields of the wiki look for what nobody wrote yet.
            $_REQUEST = $adding->prefilled($form, $_GET) + $_REQUEST;
        }
        return $this->callAction('bazar', ['vue' => 'saisir', 'voirmenu' => '0', 'id' => $form]);
    }
}
