<?php

declare(strict_types=1);

namespace Partageons\Core;

/**
 * A place in a list. The whole state of the list is in the hands of the client, sealed: nothing is kept here.
 *
 * `until` is fixed at the first request: what changes meanwhile is for the next harvest.
 */
final class Token
{
    /** Seconds that a token is good for. */
    public const LIFE = 7 * 24 * 3600;
    /** Bytes. */
    private const SEAL = 16;

    public string $prefix;
    public string $from;
    public string $until;
    public string $set;
    /** The last one that was given. */
    public string $datestamp = '';
    public string $id = '';
    /** How many were given before this page, and how many the list has. */
    public int $cursor = 0;
    public int $total = 0;

    public function __construct(string $prefix, string $from, string $until, string $set)
    {
        $this->prefix = $prefix;
        $this->from = $from;
        $this->until = $until;
        $this->set = $set;
    }

    /**
     * @param string $scope what it is for: the verb and the repository.
     * @param int $expires seconds since 1970.
     */
    public function seal(string $scope, string $secret, int $expires): string
    {
        $text = (string) json_encode([
            $this->prefix,
            $this->from,
            $this->until,
            $this->set,
            $this->datestamp,
            $this->id,
            $this->cursor,
            $this->total,
            $expires,
        ]);
        return rtrim(strtr(base64_encode(self::mac($text, $scope, $secret) . $text), '+/', '-_'), '=');
    }

    /**
     * @param int $now seconds since 1970.
     * @throws Refused when it is not one of ours, or not for this scope, or too old.
     */
    public static function open(string $sealed, string $scope, string $secret, int $now): self
    {
        $legal = preg_match('/\A[A-Za-z0-9_-]+\z/', $sealed) === 1;
        $whole = $legal ? (string) base64_decode(strtr($sealed, '-_', '+/'), true) : '';
        $text = substr($whole, self::SEAL) ?: '';
        if (!$legal || !hash_equals(self::mac($text, $scope, $secret), substr($whole, 0, self::SEAL) ?: '')) {
            self::refuse('Ce jeton n’est pas de cet entrepôt : reprendre la liste à son début.');
        }
        $values = json_decode($text, true);
        if (!is_array($values) || count($values) !== 9 || $values[8] < $now) {
            self::refuse('Ce jeton a expiré : reprendre la liste à son début.');
        }
        $token = new self($values[0], $values[1], $values[2], $values[3]);
        [$token->datestamp, $token->id, $token->cursor, $token->total] = array_slice($values, 4, 4);
        return $token;
    }

    private static function mac(string $text, string $scope, string $secret): string
    {
        return substr(hash_hmac('sha256', "$scope $text", $secret, true), 0, self::SEAL);
    }

    /** @return never */
    private static function refuse(string $message): void
    {
        throw new Refused('badResumptionToken', $message);
    }
}
