<?php

declare(strict_types=1);

namespace Partageons\Module;

/** Personal data, by the names of the fields that hold them and by what they look like. Texts are UTF-8. */
final class Personal
{
    private const NAMES = '/(?<![a-z])(?:e-?mails?|mel|courriels?|tel|telephones?|phones?|portables?|mobiles?|gsm|fax'
        . '|prenoms?|firstname|lastname|surname|patronyme|username|users?|utilisateurs?|login|password|passwd|pwd|mdp'
        . '|mots?[ _-]?de[ _-]?passe|contacts?|referente?s?|auteure?s?|autrices?|authors?'
        . '|redacteurs?|redactrices?|createdby'
        . '|naissance|birth(?:day|date)?|iban|rib|ip|adresseip)(?![a-z])/';
    private const MAIL = '/^(?:mailto:)?[^\s@<>]{1,64}@[^\s@<>]{1,190}\.[a-z]{2,24}$/iD';
    private const PHONE = '/^(?:tel:)?(?:(?:\+|00)[1-9][0-9]{0,2}(?:\(0\))?[0-9]{6,12}|0[1-9][0-9]{8})$/D';

    /** @param list<string> $names the name of a field, of its column, its label */
    public static function named(array $names): bool
    {
        foreach ($names as $name) {
            $words = preg_replace('/(?<=[a-z0-9])(?=[A-Z])/', ' ', Texts::plain($name));
            if (preg_match(self::NAMES, strtolower((string) $words)) === 1) {
                return true;
            }
        }
        return false;
    }

    /** Whether a value is an e-mail address or a telephone number and nothing else. */
    public static function is(string $value): bool
    {
        $bare = trim($value, " \t\n\r<>()");
        return preg_match(self::MAIL, $bare) === 1
            || preg_match(self::PHONE, (string) preg_replace('/[\s.\-\/\x{a0}\x{202f}]+/u', '', $bare)) === 1;
    }
}
