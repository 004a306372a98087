<?php

declare(strict_types=1);

namespace Partageons\Core;

/** « Does it already exist elsewhere? »: the resources of the network that resemble what somebody writes. */
final class Similar
{
    /** Resources shown. */
    public const MOST = 5;
    /** Characters of a title: under these, too little is written to resemble anything. */
    public const SHORTEST = 6;

    private Bridge $bridge;
    private Home $home;
    private string $source;

    /**
     * @param Home $home of the site, whose own resources are not shown to itself.
     * @param string $source what the bridge calls this site; may be empty.
     */
    public function __construct(Bridge $bridge, Home $home, string $source)
    {
        $this->bridge = $bridge;
        $this->home = $home;
        $this->source = $source;
    }

    /**
     * @param float $patience seconds.
     * @return list<array{title: string, url: string, from: string, why: string}>|null the closest first, plain texts;
     *   null when the bridge did not answer.
     */
    public function find(string $title, string $text, float $patience): ?array
    {
        try {
            $similar = $this->bridge->similar($title, $text, 2 * self::MOST, $this->source, $patience);
        } catch (BridgeError $error) {
            return null;
        }
        $found = [];
        foreach ($similar as $one) {
            if (!$this->home->owns($one['url'])) {
                $host = (string) preg_replace('/\Awww\./', '', (string) parse_url($one['url'], PHP_URL_HOST));
                $found[] = [
                    'title' => $one['title'],
                    'url' => $one['url'],
                    'from' => $one['publisher'] !== '' ? $one['publisher'] : $host,
                    'why' => implode(' · ', $one['reasons']),
                ];
            }
        }
        return array_slice($found, 0, self::MOST);
    }
}
