<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

/** A form that is shared. */
final class Form
{
    /** Names of fields that hold a summary, the first one that a form has. */
    private const SUMMARIES = ['bf_resume', 'bf_chapo', 'bf_chapeau', 'bf_accroche'];
    private const TEXTS = ['bf_contenu', 'bf_texte', 'bf_description', 'bf_presentation'];

    public string $id;
    public string $label;
    /** @var list<FormField> those that everyone may read */
    public array $fields;
    /** The field that a record's `abstract` comes from; null when no field looks like one. */
    public ?FormField $summary;
    /** The field that a record's `content` comes from; null when the form has no long text. */
    public ?FormField $text;

    /** @param list<FormField> $fields */
    public function __construct(string $id, string $label, array $fields)
    {
        $this->id = $id;
        $this->label = $label;
        $this->fields = $fields;
        $long = array_values(array_filter(
            $fields,
            static fn(FormField $field): bool => $field->kind === FormField::LONG
        ));
        $texts = array_filter($fields, static fn(FormField $field): bool => $field->kind === FormField::TEXT);
        $this->summary = self::named(self::SUMMARIES, array_merge($long, $texts));
        $others = array_values(array_filter($long, fn(FormField $field): bool => $field !== $this->summary));
        $this->text = self::named(self::TEXTS, $others) ?? $others[0] ?? null;
    }

    /** The set of its entries in the feed. */
    public function kind(): string
    {
        return "formulaire-$this->id";
    }

    /**
     * @param list<string> $names
     * @param list<FormField> $fields
     */
    private static function named(array $names, array $fields): ?FormField
    {
        foreach ($names as $name) {
            foreach ($fields as $field) {
                if ($field->name === $name) {
                    return $field;
                }
            }
        }
        return null;
    }
}
