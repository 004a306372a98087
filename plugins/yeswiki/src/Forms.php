<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

use Partageons\Core\PersonalData;

/**
 * The forms that are shared, as the wiki describes them.
 *
 * Never: fields that not everyone may read, e-mail addresses, telephone numbers, passwords, accounts, and hidden
 * fields, which nobody sees on the page either.
 */
final class Forms
{
    /** Types of fields that hold no value of their own, or one that is nobody's business. */
    private const SILENT = [
        'acls', 'bookmarklet', 'champs_cache', 'champs_mail', 'conditionschecking', 'email', 'hidden',
        'inscriptionliste', 'labelhtml', 'listefiches', 'listefichesliees', 'metadatas', 'mot_de_passe', 'old',
        'password', 'reactions', 'subscribe', 'tabchange', 'tabs', 'tel', 'titre', 'user', 'utilisateur_wikini',
        'yeswiki_user', 'yeswiki_user_entry',
    ];
    private const KINDS = [
        'number' => FormField::NUMBER, 'range' => FormField::NUMBER, 'date' => FormField::DATE,
        'jour' => FormField::DATE, 'listedatedeb' => FormField::DATE, 'listedatefin' => FormField::DATE,
        'url' => FormField::URL, 'link' => FormField::URL, 'lien_internet' => FormField::URL,
        'textelong' => FormField::LONG, 'tags' => FormField::TAGS, 'image' => FormField::IMAGE, 'fichier' => FormField::FILE,
        'map' => FormField::MAP, 'carte_google' => FormField::MAP,
    ];
    private const PERSONAL = '/(?:^|_)(?:e?-?mail|courriel|tel|telephone|phone|portable|mobile|fax'
        . '|login|username|user|utilisateur|nomwiki|createur|owner|motdepasse|mot_de_passe)\d*\z/i';

    /** @var callable(string): (array<string, mixed>|null) */
    private $read;
    /** @var list<string> */
    private array $ids;
    /** @var array<string, Form|null> */
    private array $made = [];

    /**
     * @param list<string> $ids those that an administrator chose.
     * @param callable(string): (array<string, mixed>|null) $read a form as the wiki's FormManager gives it.
     */
    public function __construct(array $ids, callable $read)
    {
        $this->ids = $ids;
        $this->read = $read;
    }

    /** @return array<string, Form> those that are shared and exist, by number */
    public function all(): array
    {
        $forms = [];
        foreach ($this->ids as $id) {
            $form = $this->one($id);
            if ($form !== null) {
                $forms[$id] = $form;
            }
        }
        return $forms;
    }

    /** @return list<string> numbers that were chosen, and that no form has any more. */
    public function missing(): array
    {
        return array_values(array_filter($this->ids, fn(string $id): bool => $this->one($id) === null));
    }

    /** Null when it is not shared, or does not exist. */
    public function one(string $id): ?Form
    {
        if (!in_array($id, $this->ids, true)) {
            return null;
        }
        if (!array_key_exists($id, $this->made)) {
            $described = ($this->read)($id);
            $this->made[$id] = is_array($described) && ($described['bn_id_nature'] ?? '') != '' ? new Form(
                $id,
                Texts::line((string) ($described['bn_label_nature'] ?? '')),
                self::fields(is_array($described['prepared'] ?? null) ? $described['prepared'] : [])
            ) : null;
        }
        return $this->made[$id];
    }

    /** Whether what a field is called says that it holds an address, a number or an account of a person. */
    public static function personal(string $name, string $label): bool
    {
        return preg_match(self::PERSONAL, $name) === 1
            || in_array(PersonalData::ofField($name, $label, []), PersonalData::NEVER, true);
    }

    /**
     * @param array<mixed> $prepared
     * @return list<FormField>
     */
    private static function fields(array $prepared): array
    {
        $fields = $closed = [];
        foreach ($prepared as $field) {
            $property = is_object($field) ? (string) $field->getPropertyName() : '';
            if ($property === '') {
                continue;
            }
            $type = (string) $field->getType();
            [$name, $label] = [(string) $field->getName() ?: $property, Texts::line((string) $field->getLabel())];
            $isMap = (self::KINDS[$type] ?? '') === FormField::MAP;
            if (!Visitor::readsField((string) $field->getReadAccess())) {
                // Two fields may share a value: one that closes it closes it for both.
                $closed[$property] = true;
                if ($isMap) {
                    $closed += array_fill_keys(self::axes($field), true);
                }
            } elseif (
                !in_array($type, self::SILENT, true) && $property !== 'bf_titre'
                && !self::personal($name, $isMap ? '' : $label) && !self::personal($property, '')
            ) {
                $fields[] = self::field($field, $type, $name, $property, $label);
            }
        }
        return self::named(array_values(array_filter(
            $fields,
            static fn(FormField $field): bool => !isset($closed[$field->property])
                && !isset($closed[$field->axes[0]]) && !isset($closed[$field->axes[1]])
        )));
    }

    /**
     * The short name of a list, unless another field has it.
     *
     * @param list<FormField> $fields
     * @return list<FormField>
     */
    private static function named(array $fields): array
    {
        $taken = [];
        foreach ($fields as $field) {
            if (isset($taken[$field->name])) {
                $field->name = $field->property;
            }
            $taken[$field->name] = true;
        }
        return $fields;
    }

    private static function field(object $field, string $type, string $name, string $property, string $label): FormField
    {
        $kind = self::KINDS[$type] ?? FormField::TEXT;
        $listed = $kind !== FormField::TAGS && method_exists($field, 'getOptions');
        if ($listed) {
            $kind = strncmp($type, 'checkbox', 8) === 0 ? FormField::MANY : FormField::ONE;
        }
        $made = new FormField($listed || $kind === FormField::TAGS ? $name : $property, $property, $label, $kind);
        if ($listed) {
            // Entries of another form, found by a search of the whole wiki: their titles are read when they are needed.
            $made->linked = method_exists($field, 'isEnumEntryField') && $field->isEnumEntryField();
            $options = $made->linked ? [] : $field->getOptions();
            foreach (is_array($options) ? $options : [] as $code => $option) {
                $made->options[(string) $code] = is_scalar($option) ? Texts::line((string) $option) : '';
            }
        } elseif ($kind === FormField::LONG) {
            $made->syntax = method_exists($field, 'getSyntax') ? (string) $field->getSyntax() : '';
        } elseif ($kind === FormField::MAP) {
            $made->axes = self::axes($field);
        }
        return $made;
    }

    /** @return array{0: string, 1: string} */
    private static function axes(object $field): array
    {
        $latitude = method_exists($field, 'getLatitudeField') ? (string) $field->getLatitudeField() : '';
        $longitude = method_exists($field, 'getLongitudeField') ? (string) $field->getLongitudeField() : '';
        return [$latitude !== '' ? $latitude : 'bf_latitude', $longitude !== '' ? $longitude : 'bf_longitude'];
    }
}
