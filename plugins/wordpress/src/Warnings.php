<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\Record;
use Partageons\Core\Warning;
use Partageons\Core\Warnings as Found;

if (!defined('ABSPATH')) {
    exit;
}

/** What would cost a record its readers, or would say too much: told before it is shared, with what to do. */
final class Warnings
{
    /**
     * @param bool $untitled the post itself has no title, whatever the record calls it.
     * @return array<string, string> title, abstract, text, position, licence or personal => a sentence.
     */
    public static function of(Record $record, bool $untitled = false): array
    {
        $said = [];
        foreach (Found::of($record, $untitled) as $warning) {
            $said[$warning->about] = self::says($warning);
        }
        return $said;
    }

    private static function says(Warning $warning): string
    {
        switch ($warning->code) {
            case 'title':
                return __('It has no title: nobody will find it.', 'partageons');
            case 'text':
                return __('There is nothing but a title: write a summary, or some text.', 'partageons');
            case 'abstract':
                return __(
                    'No summary: fill in its “Excerpt”. Without it, the beginning of the text is shown.',
                    'partageons'
                );
            case 'half':
                return __('Its position is half filled in: a latitude and a longitude are needed.', 'partageons');
            case 'zero':
                return __(
                    'Its position is (0, 0), in the sea off Africa: it was never filled in. It will be ignored.',
                    'partageons'
                );
            case 'off':
                return __('Its position is not on Earth: check the latitude and the longitude.', 'partageons');
            case 'licence':
                return __(
                    'No licence: choose one in step 2, or readers will be told to ask you first.',
                    'partageons'
                );
            case 'link':
                return sprintf(
                    /* translators: %s: an e-mail address or a telephone number. */
                    __('The text has a link to “%s”: the network will blank it out.', 'partageons'),
                    $warning->value
                );
            default:
                return self::found($warning);
        }
    }

    private static function found(Warning $warning): string
    {
        $place = $warning->field === '' ? __('the text', 'partageons')
            /* translators: %s: the name of a field. */
            : sprintf(__('the field “%s”', 'partageons'), $warning->field);
        return sprintf(
            /* translators: 1: where it is, such as “the text”; 2: an e-mail address or a telephone number. */
            __(
                'In %1$s, “%2$s” looks like somebody’s address or number: the network will blank it out.',
                'partageons'
            ),
            $place,
            $warning->value
        );
    }
}
