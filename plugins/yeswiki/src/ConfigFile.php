<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

use YesWiki\Core\Service\ConfigurationService;

/** `wakka.config.php`, read and written by the wiki's own service, as its page of parameters does. */
final class ConfigFile
{
    /** Without these it is not the parameters of a wiki: it is broken, and writing would end the wiki. */
    private const NEEDED = ['base_url', 'mysql_database'];

    private ConfigurationService $service;
    private string $path;

    public function __construct(ConfigurationService $service, ?string $path = null)
    {
        $this->service = $service;
        $this->path = $path ?? self::path();
    }

    /** Whether the web server may write it. */
    public function writable(): bool
    {
        return is_file($this->path) && is_writable($this->path);
    }

    /**
     * Writes some parameters and leaves the others as they are; an empty one is taken away, as the wiki does.
     *
     * @param array<string, string> $values by name.
     * @return bool false when nothing was written.
     */
    public function write(array $values): bool
    {
        if (!$this->writable()) {
            return false;
        }
        $file = $this->service->getConfiguration($this->path);
        $file->load();
        foreach (self::NEEDED as $name) {
            if (!isset($file[$name])) {
                return false;
            }
        }
        foreach ($values as $name => $value) {
            if ($value === '') {
                unset($file[$name]);
            } else {
                $file[$name] = $value;
            }
        }
        if ($file->write() === false) {
            return false;
        }
        if (function_exists('opcache_invalidate')) {
            opcache_invalidate($this->path, true); // the next page must not read what PHP remembers
        }
        return true;
    }

    /** Newer wikis tell where it is; to look for a class that they have not is an error of older ones. */
    private static function path(): string
    {
        $where = ['YesWiki\Core\Service\ConfigurationFileProvider', 'getConfigFileFromEnv'];
        $newer = is_file('includes/services/ConfigurationFileProvider.php') && is_callable($where);
        return $newer ? (string) call_user_func($where) : 'wakka.config.php';
    }
}
