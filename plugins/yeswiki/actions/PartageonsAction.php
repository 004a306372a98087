<?php

declare(strict_types=1);

namespace YesWiki\Partageons;

use Partageons\Core\Selection;
use Partageons\YesWiki\CurrentList;
use Partageons\YesWiki\Listing;
use YesWiki\Core\YesWikiAction;
use YesWiki\Partageons\Service\Parts;

/** `{{partageons vue="carte" theme="t-haies"}}`: resources of the network in a page, without storing them. */
class PartageonsAction extends YesWikiAction
{
    /** Seconds that whoever edits may wait for a list that was never received. */
    private const PATIENCE = 4.0;

    public function run()
    {
        $parts = $this->getService(Parts::class);
        $lists = $parts->lists();
        if ($lists === null) {
            return $this->wiki->UserIsAdmin() ? $this->render('@partageons/unset.twig') : '';
        }
        $asked = Selection::read($this->arguments);
        $known = $this->wiki->GetUser() !== null && $this->wiki->GetUser() !== '';
        $list = $lists->kept($asked->query());
        // What a preview shows is chosen by its address: nothing is asked for whoever happens to come by.
        if ($known || $this->wiki->GetMethod() !== 'render') {
            $current = new CurrentList($lists, $parts->renewal(), [$parts->later(), 'soon']);
            $list = $current->get($asked->query(), $known ? self::PATIENCE : 0.0);
        }
        $listing = new Listing(
            $asked,
            $parts->settings()->bridge,
            $parts->home(),
            (string) ($GLOBALS['prefered_language'] ?? 'fr'),
            stripos((string) $this->wiki->config['base_url'], 'https:') === 0
        );
        $trouble = $lists->trouble($asked->query());
        $shown = $listing->shown($list, $trouble);
        return $this->render('@partageons/listing.twig', $shown + [
            'trouble' => $this->wiki->UserIsAdmin() ? $trouble : '',
        ]);
    }
}
