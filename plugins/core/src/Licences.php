<?php

declare(strict_types=1);

namespace Partageons\Core;

/** The licences that a site is offered. What is kept is a name that the network recognises; each CMS has its words. */
final class Licences
{
    /** What is kept => where it is to be read. The empty one stands for none. */
    public const OFFERED = [
        'Licence Ouverte 2.0' => 'https://www.etalab.gouv.fr/licence-ouverte-open-licence/',
        'CC BY 4.0' => 'https://creativecommons.org/licenses/by/4.0/deed.fr',
        'CC BY-SA 4.0' => 'https://creativecommons.org/licenses/by-sa/4.0/deed.fr',
        'CC BY-NC-SA 4.0' => 'https://creativecommons.org/licenses/by-nc-sa/4.0/deed.fr',
        'CC0 1.0' => 'https://creativecommons.org/publicdomain/zero/1.0/deed.fr',
        '' => '',
    ];
}
