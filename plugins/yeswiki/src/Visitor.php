<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

/**
 * What someone who is not logged in may read, whoever is logged in while it is asked.
 *
 * The wiki's own answer (`AclService::check`) depends on who asks; this one says what it would say to nobody.
 */
final class Visitor
{
    private string $default;

    /** @param string $default who may read a page that says nothing: `default_read_acl` of the wiki. */
    public function __construct(string $default)
    {
        $this->default = $default;
    }

    /** @param string|null $list what the page says; null when it says nothing. */
    public function readsPage(?string $list): bool
    {
        return self::allowed($list ?? $this->default, false);
    }

    /** @param string $list what the form says of the field, lines or commas between names; nothing: everyone. */
    public static function readsField(string $list): bool
    {
        return empty($list) || self::allowed(str_replace(',', "\n", $list), true);
    }

    /**
     * One line that lets in is enough, as in the wiki.
     *
     * @param bool $owned whether `%` means an owner; for pages the wiki takes it for nobody.
     */
    private static function allowed(string $list, bool $owned): bool
    {
        foreach (explode("\n", str_replace(["\r\n", "\r"], "\n", trim($list))) as $line) {
            $line = trim($line);
            $refuses = strncmp($line, '!', 1) === 0;
            $who = $refuses ? substr($line, 1) : $line;
            if (empty($who) || $who[0] === '#') {
                continue;
            }
            if ($who[0] === '*') {
                $reads = !$refuses;
            } elseif (($who[0] === '%' && !$owned) || $who === '@') {
                $reads = false;
            } else {
                // Members, an owner, a group, a name: nobody of them comes without logging in.
                $reads = $refuses;
            }
            if ($reads) {
                return true;
            }
        }
        return false;
    }
}
