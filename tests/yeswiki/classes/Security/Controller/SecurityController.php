<?php

declare(strict_types=1);

namespace YesWiki\Security\Controller;

use YesWiki\Core\YesWikiController;

/** Observed: a wiki whose `wiki_status` is « hibernate » writes nothing. */
class SecurityController extends YesWikiController
{
    public function isWikiHibernated(): bool
    {
        return ($this->wiki->config['wiki_status'] ?? '') === 'hibernate';
    }

    /** A text without tags; empty when there is none. */
    public function filterInput(
        int $type,
        string $varName,
        int $filter = FILTER_DEFAULT,
        bool $emulateFilterSanitizeString = false,
        string $format = '',
        $options = 0
    ) {
        $given = ($type === INPUT_POST ? $_POST : $_GET)[$varName] ?? '';
        return is_scalar($given) ? htmlspecialchars(strip_tags((string) $given)) : '';
    }
}
