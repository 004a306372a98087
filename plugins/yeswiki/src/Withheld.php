<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

use Partageons\Core\PersonalData;

/** The fields of a form that are never shared, and why; and whether a form is one about people. */
final class Withheld
{
    public const MAIL = 'mail';
    public const PHONE = 'phone';
    public const SECRET = 'secret';
    public const ACCOUNT = 'account';
    public const HIDDEN = 'hidden';
    /** Not everyone may read it: members, the person who wrote the entry, a group or some names. */
    public const MEMBERS = 'members';
    public const OWNER = 'owner';
    public const CHOSEN = 'chosen';

    private const TYPES = [
        'champs_mail' => self::MAIL, 'email' => self::MAIL, 'tel' => self::PHONE, 'mot_de_passe' => self::SECRET,
        'password' => self::SECRET, 'user' => self::ACCOUNT, 'utilisateur_wikini' => self::ACCOUNT,
        'yeswiki_user' => self::ACCOUNT, 'yeswiki_user_entry' => self::ACCOUNT, 'hidden' => self::HIDDEN,
        'champs_cache' => self::HIDDEN,
    ];
    /** They hold nothing that somebody could look for. */
    private const SILENT = [
        'acls', 'bookmarklet', 'conditionschecking', 'inscriptionliste', 'labelhtml', 'listefiches', 'listefichesliees',
        'metadatas', 'old', 'reactions', 'subscribe', 'tabchange', 'tabs', 'titre',
    ];

    /** An author or a contact may be a service: who has a first name is a person. */
    private const FIRST_NAMES = '/pr[eé]noms?\b|first_?name|naissance|birth/iu';

    /**
     * @param array<mixed> $prepared the fields as the wiki's FormManager gives them.
     * @param Form $form what is shared of it.
     * @return list<array{label: string, why: string}> in the order of the form; `why` is one of the constants.
     */
    public static function of(array $prepared, Form $form): array
    {
        $shared = array_map(static fn(FormField $field): string => $field->property, $form->fields);
        $kept = [];
        foreach ($prepared as $field) {
            $property = is_object($field) ? (string) $field->getPropertyName() : '';
            $type = $property === '' ? '' : (string) $field->getType();
            if ($property === '' || $property === 'bf_titre' || in_array($type, self::SILENT, true)) {
                continue;
            }
            if (!in_array($property, $shared, true)) {
                $label = Texts::line((string) $field->getLabel());
                $kept[] = [
                    'label' => $label === '' ? $property : $label,
                    'why' => self::why($type, $property, (string) $field->getName(), $label, $field->getReadAccess()),
                ];
            }
        }
        return $kept;
    }

    /** The labels of what is shared and names people, where a form seems to be a list of persons; else nothing. */
    public static function people(Form $form): string
    {
        $found = [];
        $persons = false;
        foreach ($form->fields as $field) {
            if (PersonalData::ofField($field->name, $field->label, []) === PersonalData::PERSON) {
                $found[] = $field->label === '' ? $field->name : $field->label;
                $persons = $persons || preg_match(self::FIRST_NAMES, "$field->name $field->label") === 1;
            }
        }
        return $persons ? implode(', ', array_slice($found, 0, 4)) : '';
    }

    /** @param mixed $readers */
    private static function why(string $type, string $property, string $name, string $label, $readers): string
    {
        if (isset(self::TYPES[$type])) {
            return self::TYPES[$type];
        }
        $readers = is_string($readers) ? trim($readers) : '';
        if (!Visitor::readsField($readers)) {
            return ['+' => self::MEMBERS, '%' => self::OWNER][$readers] ?? self::CHOSEN;
        }
        foreach ([$name, $property] as $called) {
            $kind = PersonalData::ofField($called, $label, []);
            if (in_array($kind, PersonalData::NEVER, true)) {
                return $kind;
            }
        }
        // It shares its value with a field that not everyone may read, or names an account in the wiki's own way.
        return Forms::personal($name, $label) ? self::ACCOUNT : self::CHOSEN;
    }
}
