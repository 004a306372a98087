<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

/**
 * When something is to be done that nobody should wait for: the date of an empty file, which costs one look at each
 * request. Without the file nobody knows, and it is to be found out.
 */
final class Due
{
    private const FILE = 'partageons-due';
    private const LOCK = 'partageons-lock';
    private const KNOCK = 'partageons-knock';
    /** Seconds between two knocks at a door that nobody opens. */
    private const DEAF = 60;

    private string $folder;
    /** @var resource|null */
    private $lock = null;

    /** @param string $folder where the wiki keeps what it can do without; without a slash at its end. */
    public function __construct(string $folder)
    {
        $this->folder = $folder;
    }

    /** Whether there is something to do: one look, as each request has it. */
    public static function passed(string $folder): bool
    {
        $at = @filemtime("$folder/" . self::FILE);
        return $at === false ? is_writable($folder) : $at <= time();
    }

    /** Seconds since 1970; 0 when nobody knows; at the end of times where nothing can be noted. */
    public function at(): int
    {
        $file = "$this->folder/" . self::FILE;
        clearstatcache(true, $file);
        $at = @filemtime($file);
        if ($at !== false) {
            return $at;
        }
        return is_writable($this->folder) ? 0 : PHP_INT_MAX;
    }

    /** @param int $at seconds since 1970; what was to be done before then is not. */
    public function set(int $at): void
    {
        @touch("$this->folder/" . self::FILE, $at);
    }

    /** @param int $at seconds since 1970; what is to be done before then still is. */
    public function soon(int $at): void
    {
        $known = $this->at();
        if ($known === 0 || $known > $at) {
            $this->set($at);
        }
    }

    /** Whether this process may do it: one at a time. Where there are no locks, all may. */
    public function take(): bool
    {
        $lock = @fopen("$this->folder/" . self::LOCK, 'c');
        if ($lock === false) {
            return true;
        }
        if (!flock($lock, LOCK_EX | LOCK_NB, $taken) && $taken) {
            fclose($lock);
            return false;
        }
        $this->lock = $lock;
        return true;
    }

    public function release(): void
    {
        if ($this->lock !== null) {
            flock($this->lock, LOCK_UN);
            fclose($this->lock);
            $this->lock = null;
        }
    }

    /** Whether to knock at the wiki's own door: it is not to be done in vain at each request. */
    public function knock(): bool
    {
        $file = "$this->folder/" . self::KNOCK;
        clearstatcache(true, $file);
        $ago = time() - (int) @filemtime($file);
        if ($ago >= 0 && $ago < self::DEAF) {
            return false;
        }
        return @touch($file);
    }

    /** Somebody opened. */
    public function opened(): void
    {
        $file = "$this->folder/" . self::KNOCK;
        is_file($file) && @unlink($file);
    }
}
