<?php

declare(strict_types=1);

namespace YesWiki\Partageons;

use Partageons\YesWiki\Saved;
use YesWiki\Core\YesWikiHandler;

/** After a page is shown: if it follows the save of an entry without JavaScript, what resembles this entry. */
class IframeHandler__ extends YesWikiHandler
{
    public function run()
    {
        $this->output = Saved::shown($this->wiki, $this->output);
    }
}
