<?php

declare(strict_types=1);

namespace Partageons\Core;

/**
 * What looks like it speaks of a person, so that nobody shares it without meaning to.
 *
 * A guess, by names and by values: it may only ever forbid or warn, never decide that something is safe.
 */
final class PersonalData
{
    /** An e-mail address, a telephone number, a password or a key, an account of the site: never shared. */
    public const NEVER = ['mail', 'phone', 'secret', 'account'];
    /** Maybe the name of a person: shared by a person who knows, and only then. */
    public const PERSON = 'person';

    private const WORDS = [
        'mail' => ['mail', 'mails', 'email', 'emails', 'courriel', 'courriels', 'mel'],
        'phone' => ['tel', 'telephone', 'telephones', 'phone', 'phones', 'fax', 'gsm'],
        'secret' => ['password', 'passwd', 'pwd', 'mdp', 'motdepasse', 'secret', 'token', 'apikey', 'iban', 'rib'],
        self::PERSON => [
            'prenom', 'prenoms', 'firstname', 'lastname', 'surname', 'patronyme', 'naissance', 'birth', 'birthday',
            'referent', 'referente', 'referents', 'referentes', 'contact', 'contacts', 'interlocuteur',
            'interlocutrice', 'responsable', 'redacteur', 'redacteurs', 'redactrice', 'auteur', 'auteure', 'auteurs',
            'autrice', 'autrices', 'author', 'authors', 'login', 'username', 'user', 'users', 'utilisateur', 'utilisateurs', 'portable',
            'mobile', 'ip',
        ],
    ];
    private const ACCENTS = [
        'à' => 'a', 'â' => 'a', 'ä' => 'a', 'ç' => 'c', 'é' => 'e', 'è' => 'e', 'ê' => 'e', 'ë' => 'e', 'î' => 'i',
        'ï' => 'i', 'ô' => 'o', 'ö' => 'o', 'ù' => 'u', 'û' => 'u', 'ü' => 'u', 'œ' => 'oe', 'À' => 'a', 'Â' => 'a',
        'Ç' => 'c', 'É' => 'e', 'È' => 'e', 'Ê' => 'e', 'Î' => 'i', 'Ô' => 'o', 'Û' => 'u', 'Œ' => 'oe',
    ];
    private const MAIL = '/[\p{L}\p{N}._%+-]+\s?(?:@|[\[(]\s?(?:at|a|@|arobase)\s?[\])])\s?[\p{L}\p{N}-]+'
        . '(?:\s?(?:\.|[\[(]\s?(?:dot|point)\s?[\])])\s?[\p{L}\p{N}-]+)+/iu';
    private const PHONE = '/(?<![\p{L}\p{N}.,\/-])(?:0[1-9](?:[ .\x{A0}\x{202F}-]?\d\d){4}'
        . '|(?:\+|00)\d{1,3}[ .\x{A0}\x{202F}-]?(?:\(0\)[ .\x{A0}\x{202F}-]?)?\d(?:[ .\x{A0}\x{202F}-]?\d){6,11})'
        . '(?![\p{L}\p{N}])/u';

    /**
     * What a field looks like: mail, phone, secret, person, or nothing.
     *
     * @param list<string> $samples some of its values.
     */
    public static function ofField(string $key, string $label, array $samples): string
    {
        foreach ($samples as $sample) {
            $found = self::whole($sample);
            if ($found !== '') {
                return $found;
            }
        }
        $words = array_merge(self::words($key), self::words($label));
        foreach (self::WORDS as $kind => $known) {
            if (array_intersect($words, $known) !== []) {
                return $kind;
            }
        }
        return self::words($key) === ['nom'] || self::words($label) === ['nom'] ? self::PERSON : '';
    }

    /** Whether the name of a field tells that it holds what belongs to a person. */
    public static function named(string $name): bool
    {
        return self::ofField($name, '', []) !== '';
    }

    /** Whether a value is an e-mail address or a telephone number, and little else: it never leaves a site. */
    public static function never(string $value): bool
    {
        return self::whole((string) preg_replace('/\A(?:mailto|tel):/i', '', trim($value))) !== '';
    }

    /** The first e-mail address or telephone number of a text, empty when there is none. */
    public static function inText(string $text): string
    {
        foreach ([self::MAIL, self::PHONE] as $pattern) {
            if (preg_match($pattern, substr($text, 0, 200000), $found) === 1) {
                return $found[0];
            }
        }
        return '';
    }

    /** What a value is as a whole: a sentence with an address in it is a sentence. */
    private static function whole(string $value): string
    {
        $value = trim($value);
        foreach (['mail' => self::MAIL, 'phone' => self::PHONE] as $kind => $pattern) {
            if (preg_match($pattern, $value, $found) === 1 && strlen($found[0]) * 2 > strlen($value)) {
                return $kind;
            }
        }
        return '';
    }

    /** @return list<string> the words of a name such as `nomDuContact` or « Nom du contact », folded. */
    private static function words(string $name): array
    {
        $name = (string) preg_replace('/(?<=\p{Ll})(?=\p{Lu})/u', ' ', Xml::clean($name));
        $name = strtolower(strtr($name, self::ACCENTS));
        $name = str_replace(
            ['e-mail', 'mot de passe', 'mots de passe', 'mot_de_passe', 'api_key'],
            ['email', 'mdp', 'mdp', 'mdp', 'apikey'],
            $name
        );
        return array_values(array_filter((array) preg_split('/[^a-z]+/', $name), 'strlen'));
    }
}
