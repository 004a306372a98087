<?php

declare(strict_types=1);

namespace Partageons\WordPress;

if (!defined('ABSPATH')) {
    exit;
}

/** The licences that the settings page offers: what is kept is a name that the network recognises. */
final class Licences
{
    /**
     * What is kept => its name and what it allows, in plain words. The empty one stands for none.
     *
     * @return array<string, array{name: string, says: string, url: string}>
     */
    public static function choices(): array
    {
        return [
            'Licence Ouverte 2.0' => [
                'name' => __('Licence Ouverte 2.0 (Etalab)', 'partageons'),
                'says' => __(
                    'Anyone may use your texts again, as long as your name is cited. That of French public bodies.',
                    'partageons'
                ),
                'url' => 'https://www.etalab.gouv.fr/licence-ouverte-open-licence/',
            ],
            'CC BY 4.0' => [
                'name' => __('CC BY 4.0', 'partageons'),
                'says' => __(
                    'The same, known all over the world: your name is cited, and nothing else is asked.',
                    'partageons'
                ),
                'url' => 'https://creativecommons.org/licenses/by/4.0/deed.fr',
            ],
            'CC BY-SA 4.0' => [
                'name' => __('CC BY-SA 4.0', 'partageons'),
                'says' => __(
                    'Your name is cited, and who changes your text shares the result under the same licence.',
                    'partageons'
                ),
                'url' => 'https://creativecommons.org/licenses/by-sa/4.0/deed.fr',
            ],
            'CC BY-NC-SA 4.0' => [
                'name' => __('CC BY-NC-SA 4.0', 'partageons'),
                'says' => __(
                    'The same, but not for a commercial use. Some partners will not be able to use your texts.',
                    'partageons'
                ),
                'url' => 'https://creativecommons.org/licenses/by-nc-sa/4.0/deed.fr',
            ],
            'CC0 1.0' => [
                'name' => __('CC0 (public domain)', 'partageons'),
                'says' => __(
                    'You ask for nothing, not even to be cited. Your name is shown all the same.',
                    'partageons'
                ),
                'url' => 'https://creativecommons.org/publicdomain/zero/1.0/deed.fr',
            ],
            '' => [
                'name' => __('None for now', 'partageons'),
                'says' => __(
                    'Your resources are found, and lead to your site. Readers must ask you before any other use.',
                    'partageons'
                ),
                'url' => '',
            ],
        ];
    }
}
