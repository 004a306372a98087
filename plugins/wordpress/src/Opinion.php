<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\Pairing;
use Partageons\Core\Unreachable;

if (!defined('ABSPATH')) {
    exit;
}

/** What the network itself says: it is told to come, then asked how its last visit went. */
final class Opinion
{
    private const TIMEOUT = 8.0;
    /** How often, and how far apart, it is asked whether it has come. */
    private const LOOKS = 4;
    private const PAUSE = 1500000;

    /** @return array{code: string, says: string}|null nothing when this site is not in a network. */
    public static function ask(): ?array
    {
        $pairing = Parts::pairing();
        if ($pairing->state() === Pairing::NONE) {
            return null;
        }
        if ($pairing->state() !== Pairing::ACCEPTED) {
            $pairing->look();
        }
        if ($pairing->state() !== Pairing::ACCEPTED) {
            $said = $pairing->said();
            return [
                'code' => $said === '' ? 'waiting' : 'said',
                'says' => $said === '' ? __('The network has not answered your request yet.', 'partageons') : $said,
            ];
        }
        $since = gmdate('Y-m-d\TH:i:s\Z');
        Parts::pinger()->changed($since);
        Parts::pinger()->send(true);
        $last = Parts::pinger()->last();
        if ($last['said'] !== '') {
            return ['code' => 'ping', 'says' => sprintf(
                /* translators: %s: a sentence. */
                __('The network does not hear this site: %s', 'partageons'),
                $last['said']
            )];
        }
        return self::visit($pairing, $since);
    }

    /** @return array{code: string, says: string} */
    private static function visit(Pairing $pairing, string $since): array
    {
        $source = [];
        for ($look = 0; $look < self::LOOKS; $look++) {
            usleep(self::PAUSE);
            $source = self::source($pairing);
            if (self::instant($source, 'last_visit') >= $since) {
                break;
            }
        }
        $visit = self::instant($source, 'last_visit');
        $success = self::instant($source, 'last_success');
        if ($visit > $success) {
            return ['code' => 'visit', 'says' => __(
                'The network cannot read your feed: “What the network says of my site”, in step 3, tells why.',
                'partageons'
            )];
        }
        if ($visit === '' || $visit < $since) {
            return ['code' => '', 'says' => __('The network heard us and is about to come.', 'partageons')];
        }
        $live = isset($source['live']) && is_int($source['live']) ? $source['live'] : 0;
        return ['code' => '', 'says' => sprintf(
            /* translators: %s: a number of resources. */
            _n(
                'The network has just come, and shows %s resource of yours.',
                'The network has just come, and shows %s resources of yours.',
                $live,
                'partageons'
            ),
            number_format_i18n($live)
        )];
    }

    /** @return array<string, mixed> what the bridge says of this source, as it comes. */
    private static function source(Pairing $pairing): array
    {
        try {
            $answer = Parts::http()->send('GET', $pairing->address() . 'api/v1/sources', [], '', self::TIMEOUT);
        } catch (Unreachable $silent) {
            return [];
        }
        $told = json_decode($answer->body, true);
        foreach (is_array($told) && is_array($told['sources'] ?? null) ? $told['sources'] : [] as $source) {
            if (is_array($source) && ($source['id'] ?? null) === $pairing->source()) {
                return $source;
            }
        }
        return [];
    }

    /** @param array<string, mixed> $source */
    private static function instant(array $source, string $name): string
    {
        $value = $source[$name] ?? '';
        return is_string($value) && preg_match('/\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\z/', $value) === 1 ? $value : '';
    }
}
