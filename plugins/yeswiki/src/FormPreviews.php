<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

use Partageons\Core\Unavailable;
use YesWiki\Bazar\Service\FormManager;
use YesWiki\Partageons\Service\Parts;
use YesWiki\Wiki;

/** What the network will see of each form that is chosen, and what stays in the wiki. */
final class FormPreviews
{
    private Wiki $wiki;
    private Parts $parts;
    private FormCounts $counts;
    private Words $words;

    public function __construct(Wiki $wiki, Parts $parts, FormCounts $counts, Words $words)
    {
        $this->wiki = $wiki;
        $this->parts = $parts;
        $this->counts = $counts;
        $this->words = $words;
    }

    /**
     * @param Settings $settings the choice to show, kept or not.
     * @param array<string, array<string, int>> $all counts by number of the form.
     * @return list<array<string, mixed>> one for each form, as the template shows them.
     * @throws Unavailable
     */
    public function of(Settings $settings, array $all): array
    {
        $site = Entries::of($this->wiki, $settings, $this->parts->connection());
        $cards = new Preview($site, $this->counts, $this->words);
        $previews = [];
        foreach ($site->forms()->all() as $id => $form) {
            $previews[] = [
                'id' => $form->id,
                'label' => $form->label,
                'cards' => $cards->of($form),
                'fields' => $this->fields($form),
                'kept' => $this->kept($all[(string) $id] ?? []),
            ];
        }
        return $previews;
    }

    /** @return list<array{label: string, why: string}> */
    private function fields(Form $form): array
    {
        $described = $this->wiki->services->get(FormManager::class)->getOne($form->id);
        $fields = [];
        $prepared = is_array($described['prepared'] ?? null) ? $described['prepared'] : [];
        foreach (Withheld::of($prepared, $form) as $field) {
            $why = $this->words->say('WITHHELD_' . strtoupper($field['why']));
            $fields[] = ['label' => $field['label'], 'why' => $why];
        }
        return $fields;
    }

    /**
     * @param array<string, int> $count
     * @return list<string> sentences about the entries that stay.
     */
    private function kept(array $count): array
    {
        $count += ['entries' => 0, 'readable' => 0, 'came' => 0, 'hidden' => 0];
        $closed = $count['entries'] - $count['readable'];
        $kept = ['KEPT_CLOSED' => $closed, 'KEPT_HIDDEN' => $count['hidden'], 'KEPT_CAME' => $count['came']];
        $said = [];
        foreach (array_filter($kept) as $key => $number) {
            $said[] = $this->words->count($key, $number);
        }
        return $said;
    }
}
