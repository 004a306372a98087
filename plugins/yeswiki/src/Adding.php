<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

use YesWiki\Bazar\Field\BazarField;
use YesWiki\Bazar\Service\FormManager;

/** « J'ajoute une initiative »: which of the shared forms, and what is written in it beforehand. */
final class Adding
{
    private FormManager $forms;
    private Settings $settings;

    public function __construct(FormManager $forms, Settings $settings)
    {
        $this->forms = $forms;
        $this->settings = $settings;
    }

    /**
     * The forms to choose from: those that are named, shared or not; else all the shared ones.
     *
     * @param string $named numbers, separated by commas; may be empty.
     * @return array<string, string> labels by number; forms that do not exist are left out.
     */
    public function forms(string $named): array
    {
        preg_match_all('/[0-9]{1,9}/', $named, $numbers);
        $labels = [];
        foreach (array_unique($numbers[0] ?: $this->settings->forms) as $number) {
            $form = $this->forms->getOne($number);
            if (is_array($form)) {
                $label = html_entity_decode((string) ($form['bn_label_nature'] ?? ''), ENT_QUOTES | ENT_HTML5, 'UTF-8');
                $labels[(string) $number] = $label;
            }
        }
        return $labels;
    }

    /**
     * What the address of the page writes in a form.
     *
     * @param array<mixed> $query
     * @return array<string, string|array<string, string>> by property.
     */
    public function prefilled(string $form, array $query): array
    {
        $fields = [];
        foreach ($this->forms->getOne($form)['prepared'] ?? [] as $field) {
            if ($field instanceof BazarField && (string) $field->getPropertyName() !== '') {
                $fields[] = [(string) $field->getPropertyName(), (string) $field->getType()];
            }
        }
        return Prefill::of($fields, $query);
    }
}
