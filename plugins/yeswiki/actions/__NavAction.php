<?php

declare(strict_types=1);

namespace YesWiki\Partageons;

use Partageons\YesWiki\AdminPage;
use YesWiki\Core\YesWikiAction;

/** Before `{{nav}}`: the tabs of the pages by which a wiki is managed have one more, for administrators. */
class __NavAction extends YesWikiAction
{
    public function run()
    {
        $links = $this->arguments['links'] ?? '';
        $titles = $this->arguments['titles'] ?? '';
        $managed = is_string($links) && is_string($titles) && preg_match('/(?:\A|,)\s*GererSite\s*,/', $links) === 1;
        if ($managed && strpos($links, AdminPage::TAG) === false && $this->wiki->UserIsAdmin()) {
            $this->arguments['links'] = rtrim($links, ', ') . ', ' . AdminPage::TAG . '/' . AdminPage::HANDLER;
            $this->arguments['titles'] = rtrim($titles, ', ') . ', Partageons vert';
        }
        return '';
    }
}
