<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\Obstacle as Found;

if (!defined('ABSPATH')) {
    exit;
}

/** What is said of what stands between the network and the feed, with what to do. */
final class Obstacle
{
    public static function says(Found $found): string
    {
        switch ($found->code) {
            case 'moved':
                return sprintf(
                    /* translators: %s: an address. */
                    __('Wrong address: your site answers at %s. Write that one in Settings → General.', 'partageons'),
                    $found->values['there']
                );
            case 'firewall':
                return self::wall($found->values['name'], (int) $found->values['status']);
            case 'broken':
                return sprintf(
                    /* translators: %d: an HTTP status. */
                    __(
                        'The site breaks down (error %d). Another extension may be the cause: see the error log.',
                        'partageons'
                    ),
                    (int) $found->values['status']
                );
            case 'stale':
                return sprintf(
                    /* translators: %s: an age, such as “2 hours”. */
                    __(
                        'A page cache serves an old copy (%s). Tell it never to keep addresses with “partageons=”.',
                        'partageons'
                    ),
                    human_time_diff((int) $found->values['at'])
                );
            default:
                return self::alone()[$found->code] ?? self::alone()['other'];
        }
    }

    /** @return array<string, string> sentences that need no value. */
    private static function alone(): array
    {
        return [
            '' => __('Open: the feed answers.', 'partageons'),
            'dns' => __(
                'DNS: your site’s name leads nowhere. Check its address in Settings → General, or ask your host.',
                'partageons'
            ),
            'certificate' => __(
                'The certificate is not valid: self-signed, expired, or of another name. Your host gives good ones.',
                'partageons'
            ),
            'slow' => __(
                'No answer in time: a firewall drops the request, or the site is very slow. Ask your host.',
                'partageons'
            ),
            'unreachable' => __(
                'Your server cannot reach your site: wrong address or port, or your host forbids it.',
                'partageons'
            ),
            'login' => __(
                'Visitors are sent to a login page: an extension closes the site. Let this address through.',
                'partageons'
            ),
            'maintenance' => __(
                'A maintenance page answers instead of the feed. End the maintenance, or let this address through.',
                'partageons'
            ),
            'closed' => __(
                'The REST API is closed by an extension. No harm: the network uses the other door.',
                'partageons'
            ),
            'password' => __(
                'The whole site asks for a password. Open it, or let this address through.',
                'partageons'
            ),
            'busy' => __(
                'Too many requests: a protection slows visitors down. Wait a minute, or let the network through.',
                'partageons'
            ),
            'absent' => __(
                'Nothing there (404). Check the address in Settings → General, then save Settings → Permalinks.',
                'partageons'
            ),
            'other' => __(
                'Something else than the feed answers at this address: a page cache, an extension, or another site.',
                'partageons'
            ),
        ];
    }

    private static function wall(string $name, int $status): string
    {
        if ($name !== '') {
            return sprintf(
                /* translators: 1: the name of a firewall; 2: an HTTP status. */
                __('%1$s refuses visitors (%2$d). Let through the addresses with “partageons=”.', 'partageons'),
                $name,
                $status
            );
        }
        return sprintf(
            /* translators: %d: an HTTP status. */
            __(
                'A firewall or a security extension refuses visitors (%d). Let through “partageons=”.',
                'partageons'
            ),
            $status
        );
    }
}
