<?php

declare(strict_types=1);

namespace YesWiki\Partageons;

use Partageons\YesWiki\Offer;
use YesWiki\Core\YesWikiAction;

/** After `{{bazar}}`: where it let somebody write an entry of a shared form, « Existe déjà ailleurs ? ». */
class BazarAction__ extends YesWikiAction
{
    public function run()
    {
        $form = Offer::form($this->output);
        if ($form !== '') {
            Offer::on($this->wiki, $form);
        }
    }
}
