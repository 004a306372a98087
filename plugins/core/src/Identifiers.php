<?php

declare(strict_types=1);

namespace Partageons\Core;

/** Identifiers of the oai scheme: http://www.openarchives.org/OAI/2.0/guidelines-oai-identifier.htm */
final class Identifiers
{
    private const LONGEST = 150;

    public string $node;
    private string $start;

    /** @param string $path empty, or the site's folder on its domain with a slash after it. */
    public function __construct(string $host, string $path)
    {
        $this->node = self::domain($host);
        $this->start = "oai:$this->node:" . self::escaped($path);
    }

    public function of(string $id): string
    {
        return $this->start . self::escaped($id);
    }

    /** The id that an identifier names; empty when this repository cannot have written it. */
    public function id(string $identifier): string
    {
        if (strncmp($identifier, $this->start, strlen($this->start)) !== 0) {
            return '';
        }
        $id = rawurldecode(substr($identifier, strlen($this->start)));
        return strlen($id) <= self::LONGEST && $this->of($id) === $identifier && preg_match('/[^!-~]/', $id) === 0
            ? $id : '';
    }

    /**
     * A host as the scheme wants it: labels that begin with a letter, at least two of them, no port. Most are already;
     * `1jardin.fr` becomes `x-1jardin.fr`, `localhost` becomes `localhost.invalid`.
     */
    private static function domain(string $host): string
    {
        $host = strtolower((string) preg_replace('/:[0-9]+\z/', '', $host));
        $labels = preg_split('/\.+/', (string) preg_replace('/[^a-z0-9.-]+/', '-', $host), -1, PREG_SPLIT_NO_EMPTY);
        $labels = $labels ?: ['site'];
        if (count($labels) < 2 || ctype_digit($labels[count($labels) - 1])) {
            $labels[] = 'invalid';
        }
        foreach ($labels as $i => $label) {
            $labels[$i] = ctype_alpha($label[0]) ? $label : "x-$label";
        }
        return implode('.', $labels);
    }

    private static function escaped(string $text): string
    {
        return str_replace('%2F', '/', rawurlencode($text));
    }
}
