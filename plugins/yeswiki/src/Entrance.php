<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

/**
 * Leads requests for the feed to its route, however their address was put together: a wiki's addresses already hold a
 * question mark, after which clients write another one, an `=`, or nothing of what was there.
 */
final class Entrance
{
    public const ROUTE = 'api/partageons/oai';
    /** Names in the query that lead to the feed, and are not the protocol's. */
    public const OWN = [self::ROUTE, 'wiki'];

    /** The feed's own address, then what is asked of it. */
    private const FEED = '~\A(?:[^?]*/)?(?:(?:index|wakka)\.php)?\??(?:wiki=)?/?api(?:/|%2F)partageons(?:/|%2F)oai'
        . '(?:=(?=[&?]|\z)|/?(?=[?&]|\z))[?&]*(.*)\z~is';
    /** The wiki's address, of which a client dropped the query before it added its own. */
    private const BARE = '~\A[^?]*/(?:(?:index|wakka)\.php)?\?&?(verb=(?:Identify|ListMetadataFormats|ListSets'
        . '|ListIdentifiers|ListRecords|GetRecord)(?:&.*)?)\z~s';

    /** What is asked of the feed, empty when it is all of it; null when the request is for something else. */
    public static function asked(string $uri): ?string
    {
        if (strlen($uri) > 8192) {
            return null;
        }
        foreach ([self::FEED, self::BARE] as $pattern) {
            if (preg_match($pattern, $uri, $found) === 1) {
                return $found[1];
            }
        }
        return null;
    }

    /**
     * In the wiki's constructor, before it looks for a page: the request becomes one for the route.
     *
     * @param object $wiki whose `tag` and `method` say what is asked.
     * @param array<string, mixed> $server `$_SERVER`
     */
    public static function lead(object $wiki, array &$server): void
    {
        $asked = self::asked((string) ($server['REQUEST_URI'] ?? ''));
        if ($asked !== null) {
            $wiki->tag = 'api';
            $wiki->method = substr(self::ROUTE, 4);
            $server['QUERY_STRING'] = self::ROUTE . ($asked === '' ? '' : "&$asked");
        }
    }
}
