<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\Licences as Offered;

if (!defined('ABSPATH')) {
    exit;
}

/** The licences that the settings page offers, in WordPress's words. */
final class Licences
{
    /**
     * What is kept => its name and what it allows, in plain words. The empty one stands for none.
     *
     * @return array<string, array{name: string, says: string, url: string}>
     */
    public static function choices(): array
    {
        $said = [
            'Licence Ouverte 2.0' => [
                'name' => __('Licence Ouverte 2.0 (Etalab)', 'partageons'),
                'says' => __(
                    'Anyone may use your texts again, as long as your name is cited. That of French public bodies.',
                    'partageons'
                ),
            ],
            'CC BY 4.0' => [
                'name' => __('CC BY 4.0', 'partageons'),
                'says' => __(
                    'The same, known all over the world: your name is cited, and nothing else is asked.',
                    'partageons'
                ),
            ],
            'CC BY-SA 4.0' => [
                'name' => __('CC BY-SA 4.0', 'partageons'),
                'says' => __(
                    'Your name is cited, and who changes your text shares the result under the same licence.',
                    'partageons'
                ),
            ],
            'CC BY-NC-SA 4.0' => [
                'name' => __('CC BY-NC-SA 4.0', 'partageons'),
                'says' => __(
                    'The same, but not for a commercial use. Some partners will not be able to use your texts.',
                    'partageons'
                ),
            ],
            'CC0 1.0' => [
                'name' => __('CC0 (public domain)', 'partageons'),
                'says' => __(
                    'You ask for nothing, not even to be cited. Your name is shown all the same.',
                    'partageons'
                ),
            ],
            '' => [
                'name' => __('None for now', 'partageons'),
                'says' => __(
                    'Your resources are found, and lead to your site. Readers must ask you before any other use.',
                    'partageons'
                ),
            ],
        ];
        $choices = [];
        foreach (Offered::OFFERED as $kept => $url) {
            $choices[$kept] = $said[$kept] + ['url' => $url];
        }
        return $choices;
    }
}
