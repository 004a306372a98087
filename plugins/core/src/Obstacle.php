<?php

declare(strict_types=1);

namespace Partageons\Core;

/**
 * What stands between the network and a feed, seen from an answer: a code, and what a sentence about it needs.
 *
 * dns, certificate, slow, unreachable, login, moved (there), maintenance, closed (JSON: another door may be open),
 * password, firewall (name, empty when it is not known; status), busy, absent, broken (status), stale (at: seconds
 * since 1970), other. Each CMS has its own words.
 */
final class Obstacle
{
    /** Its name, and a word of what it answers. */
    private const WALLS = [
        'Wordfence' => 'wordfence', 'Sucuri' => 'sucuri', 'Cloudflare' => 'cloudflare', 'Imunify360' => 'imunify360',
        'ModSecurity' => 'mod_security', 'NinjaFirewall' => 'ninjafirewall', 'SecuPress' => 'secupress',
        'Patchstack' => 'patchstack', 'Solid Security' => 'ithemes-security', 'All-In-One Security' => 'aiowps',
    ];
    private const LOGIN = '/login|log-in|signin|sign-in|connexion|wp-admin|auth/i';
    /** Bytes of an answer that are looked at. */
    private const LOOKED_AT = 65536;

    /** Empty when nothing stands in the way. */
    public string $code;
    /** @var array<string, string> */
    public array $values;

    /** @param array<string, string> $values */
    private function __construct(string $code, array $values = [])
    {
        $this->code = $code;
        $this->values = $values;
    }

    public static function none(): self
    {
        return new self('');
    }

    /** Nobody answered, and the client of the web says why. */
    public static function unreachable(string $why): self
    {
        $why = strtolower($why);
        $has = static fn(string $pattern): bool => preg_match("/$pattern/", $why) === 1;
        if ($has('resolve|curl error 6\b|getaddrinfo|name or service')) {
            return new self('dns');
        }
        if ($has('certificate|\bssl\b|\btls\b|curl error (35|51|58|60)\b')) {
            return new self('certificate');
        }
        return new self($has('timed out|timeout|curl error 28\b') ? 'slow' : 'unreachable');
    }

    /** An answer sent the visitor elsewhere. */
    public static function sentTo(string $there): self
    {
        return preg_match(self::LOGIN, $there) === 1 ? new self('login') : new self('moved', ['there' => $there]);
    }

    /** An answer that is no feed. */
    public static function answered(Answer $answer): self
    {
        $status = $answer->status;
        $text = strtolower(substr($answer->body, 0, self::LOOKED_AT));
        $json = in_array(ltrim($text)[0] ?? '', ['{', '['], true);
        if ($status === 503 || ($status !== 401 && $status !== 403 && self::maintenance($text))) {
            return new self('maintenance');
        }
        if (($status === 401 || $status === 403 || $status === 404 || $status === 200) && $json) {
            return new self('closed');
        }
        if ($status === 401 && isset($answer->headers['www-authenticate'])) {
            return new self('password');
        }
        if ($status === 401 || $status === 403 || $status === 406) {
            return self::wall($answer, $text);
        }
        if ($status === 429) {
            return new self('busy');
        }
        if ($status === 404 || $status === 410) {
            return new self('absent');
        }
        if ($status >= 500) {
            return new self('broken', ['status' => (string) $status]);
        }
        // A YesWiki has a form to log in on each of its pages.
        $asks = strpos($text, 'type="password"') !== false && strpos($text, 'yeswiki') === false;
        if ($asks || strpos($text, 'wp-login.php') !== false) {
            return new self('login');
        }
        return self::other();
    }

    /** An answer that is a feed, but an old one: when it was made, in seconds since 1970. */
    public static function stale(int $at): self
    {
        return new self('stale', ['at' => (string) $at]);
    }

    /** Something else than the feed of this site. */
    public static function other(): self
    {
        return new self('other');
    }

    private static function wall(Answer $answer, string $text): self
    {
        $headers = $answer->headers;
        $told = strtolower(implode("\n", array_keys($headers)) . "\n" . implode("\n", $headers)) . "\n" . $text;
        $values = ['name' => '', 'status' => (string) $answer->status];
        foreach (self::WALLS as $name => $mark) {
            if (strpos($told, $mark) !== false) {
                return new self('firewall', ['name' => $name] + $values);
            }
        }
        return new self('firewall', $values);
    }

    private static function maintenance(string $text): bool
    {
        $pattern = '/maintenance|coming soon|(?:under|en) construction|bient(?:ô|&ocirc;)t (?:de retour|en ligne)/u';
        return strpos($text, '<html') !== false && preg_match($pattern, substr($text, 0, 8192)) === 1;
    }
}
