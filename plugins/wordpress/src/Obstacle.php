<?php

declare(strict_types=1);

namespace Partageons\WordPress;

if (!defined('ABSPATH')) {
    exit;
}

/** What stands between the network and the feed, seen from an answer: its name, and a sentence that says what to do. */
final class Obstacle
{
    private const WALLS = [
        'Wordfence' => 'wordfence', 'Sucuri' => 'sucuri', 'Cloudflare' => 'cloudflare', 'Imunify360' => 'imunify360',
        'ModSecurity' => 'mod_security', 'NinjaFirewall' => 'ninjafirewall', 'SecuPress' => 'secupress',
        'Patchstack' => 'patchstack', 'Solid Security' => 'ithemes-security', 'All-In-One Security' => 'aiowps',
    ];

    /** Empty when nothing stands in the way. */
    public string $code;
    public string $says;

    private function __construct(string $code, string $says)
    {
        $this->code = $code;
        $this->says = $says;
    }

    public static function none(): self
    {
        return new self('', __('Open: the feed answers.', 'partageons'));
    }

    /** Nobody answered, and the client of the web says why. */
    public static function unreachable(string $why): self
    {
        $why = strtolower($why);
        $has = static fn(string $pattern): bool => preg_match("/$pattern/", $why) === 1;
        if ($has('resolve|curl error 6\b|getaddrinfo|name or service')) {
            return new self('dns', __(
                'DNS: your site’s name leads nowhere. Check its address in Settings → General, or ask your host.',
                'partageons'
            ));
        }
        if ($has('certificate|\bssl\b|\btls\b|curl error (35|51|58|60)\b')) {
            return new self('certificate', __(
                'The certificate is not valid: self-signed, expired, or of another name. Your host gives good ones.',
                'partageons'
            ));
        }
        if ($has('timed out|timeout|curl error 28\b')) {
            return new self('slow', __(
                'No answer in time: a firewall drops the request, or the site is very slow. Ask your host.',
                'partageons'
            ));
        }
        return new self('unreachable', __(
            'Your server cannot reach your site: wrong address or port, or your host forbids it.',
            'partageons'
        ));
    }

    /** An answer sent the visitor elsewhere. */
    public static function sentTo(string $there): self
    {
        if (preg_match('/login|log-in|signin|sign-in|connexion|wp-admin|auth/i', $there) === 1) {
            return new self('login', __(
                'Visitors are sent to a login page: an extension closes the site. Let this address through.',
                'partageons'
            ));
        }
        return new self('moved', sprintf(
            /* translators: %s: an address. */
            __('Wrong address: your site answers at %s. Write that one in Settings → General.', 'partageons'),
            $there
        ));
    }

    /** @param array<string, string> $headers names in lower case */
    public static function answered(int $status, array $headers, string $body): self
    {
        $text = strtolower(substr($body, 0, 65536));
        $json = in_array(ltrim($text)[0] ?? '', ['{', '['], true);
        if ($status === 503 || ($status !== 401 && $status !== 403 && self::maintenance($text))) {
            return new self('maintenance', __(
                'A maintenance page answers instead of the feed. End the maintenance, or let this address through.',
                'partageons'
            ));
        }
        if (($status === 401 || $status === 403 || $status === 404 || $status === 200) && $json) {
            return new self('closed', __(
                'The REST API is closed by an extension. No harm: the network uses the other door.',
                'partageons'
            ));
        }
        if ($status === 401 && isset($headers['www-authenticate'])) {
            return new self('password', __(
                'The whole site asks for a password. Open it, or let this address through.',
                'partageons'
            ));
        }
        if ($status === 401 || $status === 403 || $status === 406) {
            return self::wall($status, $headers, $text);
        }
        if ($status === 429) {
            return new self('busy', __(
                'Too many requests: a protection slows visitors down. Wait a minute, or let the network through.',
                'partageons'
            ));
        }
        if ($status === 404 || $status === 410) {
            return new self('absent', __(
                'Nothing there (404). Check the address in Settings → General, then save Settings → Permalinks.',
                'partageons'
            ));
        }
        if ($status >= 500) {
            return new self('broken', sprintf(
                /* translators: %d: an HTTP status. */
                __(
                    'The site breaks down (error %d). Another extension may be the cause: see the error log.',
                    'partageons'
                ),
                $status
            ));
        }
        if (strpos($text, 'type="password"') !== false || strpos($text, 'wp-login.php') !== false) {
            return self::sentTo('login');
        }
        return new self('other', __(
            'Something else than the feed answers at this address: a page cache, an extension, or another site.',
            'partageons'
        ));
    }

    /** An answer that is a feed, but an old one. */
    public static function stale(string $age): self
    {
        return new self('stale', sprintf(
            /* translators: %s: an age, such as “2 hours”. */
            __(
                'A page cache serves an old copy (%s). Tell it never to keep addresses with “partageons=”.',
                'partageons'
            ),
            $age
        ));
    }

    public static function other(): self
    {
        return self::answered(200, [], '');
    }

    /** @param array<string, string> $headers */
    private static function wall(int $status, array $headers, string $text): self
    {
        $told = strtolower(implode("\n", array_keys($headers)) . "\n" . implode("\n", $headers)) . "\n" . $text;
        foreach (self::WALLS as $name => $mark) {
            if (strpos($told, $mark) !== false) {
                return new self('firewall', sprintf(
                    /* translators: 1: the name of a firewall; 2: an HTTP status. */
                    __(
                        '%1$s refuses visitors (%2$d). Let through the addresses with “partageons=”.',
                        'partageons'
                    ),
                    $name,
                    $status
                ));
            }
        }
        return new self('firewall', sprintf(
            /* translators: %d: an HTTP status. */
            __(
                'A firewall or a security extension refuses visitors (%d). Let through “partageons=”.',
                'partageons'
            ),
            $status
        ));
    }

    private static function maintenance(string $text): bool
    {
        $pattern = '/maintenance|coming soon|(?:under|en) construction|bient(?:ô|&ocirc;)t (?:de retour|en ligne)/u';
        return strpos($text, '<html') !== false && preg_match($pattern, substr($text, 0, 8192)) === 1;
    }
}
