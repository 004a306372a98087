<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\Opinion as Told;

if (!defined('ABSPATH')) {
    exit;
}

/** What the network itself says, told in the administrator's language. */
final class Opinion
{
    /** @return array{code: string, says: string}|null nothing when this site is not in a network. */
    public static function ask(): ?array
    {
        $told = (new Told(Parts::pairing(), Parts::pinger(), Parts::http()))->ask();
        if ($told === null) {
            return null;
        }
        $well = in_array($told['code'], [Told::COMING, Told::SHOWN], true);
        return ['code' => $well ? '' : $told['code'], 'says' => self::says($told)];
    }

    /** @param array{code: string, said: string, live: int} $told */
    private static function says(array $told): string
    {
        switch ($told['code']) {
            case Told::WAITING:
                return __('The network has not answered your request yet.', 'partageons');
            case Told::SAID:
                return $told['said'];
            case Told::UNHEARD:
                return sprintf(
                    /* translators: %s: a sentence. */
                    __('The network does not hear this site: %s', 'partageons'),
                    $told['said']
                );
            case Told::UNREAD:
                return __(
                    'The network cannot read your feed: “What the network says of my site”, in step 3, tells why.',
                    'partageons'
                );
            case Told::COMING:
                return __('The network heard us and is about to come.', 'partageons');
            default:
                return sprintf(
                    /* translators: %s: a number of resources. */
                    _n(
                        'The network has just come, and shows %s resource of yours.',
                        'The network has just come, and shows %s resources of yours.',
                        $told['live'],
                        'partageons'
                    ),
                    number_format_i18n($told['live'])
                );
        }
    }
}
