<?php

declare(strict_types=1);

namespace Partageons\Core;

/** What a site asks of the bridge. Whatever answers, it is looked at as a stranger's: shapes, sizes, addresses. */
final class Bridge
{
    /** Resources of a list. */
    public const MOST = 200;

    private const VERSION = 1;
    private const TITLE = 300;
    private const TEXT = 1500;
    private const PATIENCE = 10.0;
    private const QUERY = 2000;

    private string $address;
    private Http $http;

    /** @throws \InvalidArgumentException when this is no address. */
    public function __construct(string $address, Http $http)
    {
        $this->address = self::home($address);
        if ($this->address === '') {
            throw new \InvalidArgumentException('L’adresse du pont commence par https:// ou http://.');
        }
        $this->http = $http;
    }

    /**
     * The address of a bridge as somebody typed it: whole, with a slash at its end; empty when it is none.
     */
    public static function home(string $typed): string
    {
        $typed = trim($typed);
        if ($typed !== '' && preg_match('~\A[a-z][a-z0-9+.-]*:(?![0-9]+(/|\z))~i', $typed) !== 1) {
            $typed = 'https://' . $typed;
        }
        $typed = Plain::address($typed);
        if ($typed === '' || strpbrk($typed, '?#') !== false) {
            return '';
        }
        [$scheme, , $host] = explode('/', $typed);
        return strtolower("$scheme//$host") . rtrim((string) substr($typed, strlen("$scheme//$host")), '/') . '/';
    }

    /** Ends with a slash. */
    public function address(): string
    {
        return $this->address;
    }

    /**
     * Ask to join.
     *
     * @return array{pairing: string, plugins: string} `plugins` is the newest version of them, if it is told.
     * @throws BridgeError
     */
    public function ask(string $feed, string $challenge): array
    {
        $told = $this->post('pairing', ['feed' => $feed, 'challenge' => $challenge]);
        $pairing = $told['pairing'] ?? null;
        if (!is_string($pairing) || preg_match('/\A[0-9A-Za-z_-]{1,64}\z/', $pairing) !== 1) {
            throw $this->unknown();
        }
        return ['pairing' => $pairing, 'plugins' => self::version($told)];
    }

    /**
     * What became of it.
     *
     * @return array{state: string, message: string, source: string, ping: string, key: string, plugins: string}
     * @throws BridgeError
     */
    public function state(string $pairing, string $nonce): array
    {
        $told = $this->post('pairing/' . rawurlencode($pairing), ['nonce' => $nonce]);
        $found = [
            'state' => $told['state'] ?? null,
            'message' => Plain::line($told['message'] ?? '', 300),
            'source' => Plain::line($told['source'] ?? '', 100),
            'ping' => Plain::address($told['ping'] ?? ''),
            'key' => Plain::line($told['key'] ?? '', 200),
            'plugins' => self::version($told),
        ];
        if (!in_array($found['state'], ['asked', 'verified', 'refused', 'accepted', 'revoked'], true)) {
            throw $this->unknown();
        }
        if ($found['state'] === 'accepted' && ($found['ping'] === '' || !Webhook::isKey($found['key']))) {
            throw $this->unknown();
        }
        return $found;
    }

    /**
     * The resources that resemble what somebody is writing, the closest first.
     *
     * @param string $exclude a source or a resource to leave aside: one's own; may be empty.
     * @param float $timeout seconds.
     * @return list<array{id: string, title: string, url: string, abstract: string, source: string, licence: string,
     *   publisher: string, score: float, reasons: list<string>}> plain texts.
     * @throws BridgeError
     */
    public function similar(string $title, string $text, int $n, string $exclude, float $timeout): array
    {
        $asked = [
            'title' => Plain::line($title, self::TITLE),
            'text' => Plain::line($text, self::TEXT),
            'n' => (string) max(1, min($n, 20)),
            'exclude' => Plain::line($exclude, 200),
        ];
        $query = http_build_query(array_filter($asked, 'strlen'), '', '&', PHP_QUERY_RFC3986);
        $told = Reply::of($this->http, 'GET', $this->address . 'api/v1/similar?' . $query, '', $timeout);
        if (!is_array($told['similar'] ?? null)) {
            throw $this->unknown();
        }
        return Shown::similar($told['similar']);
    }

    /**
     * A list of the network's resources.
     *
     * @param string $query of an address, already encoded: `q=mare&theme=t-haies&limite=10`. `MOST` at most are given.
     * @param float $timeout seconds.
     * @return array{version: int, title: string, home: string, url: string, updated: string, total: int,
     *   items: list<array<string, mixed>>, withdrawn: list<string>} see `Shown`.
     * @throws BridgeError
     */
    public function resources(string $query, float $timeout): array
    {
        $pairs = [];
        $limit = self::MOST;
        foreach (explode('&', $query) as $pair) {
            if (preg_match('/\Alimite=([0-9]{1,6})\z/', $pair, $found) === 1 && (int) $found[1] > 0) {
                $limit = min((int) $found[1], self::MOST);
            } elseif (preg_match('/\A[A-Za-z0-9._~%*=+\[\],:\/@-]+\z/', $pair) === 1) {
                $pairs[] = $pair;
            }
        }
        $pairs[] = "limite=$limit";
        $url = $this->address . 'feed.wordpress.json?' . implode('&', $pairs);
        if (strlen($url) > self::QUERY + strlen($this->address)) {
            throw new BridgeError(BridgeError::REFUSED, 'Cette sélection est trop longue.');
        }
        $told = Reply::of($this->http, 'GET', $url, '', $timeout);
        if (!is_array($told['items'] ?? null) || !isset($told['version'])) {
            throw $this->unknown();
        }
        if ($told['version'] !== self::VERSION) {
            throw new BridgeError(BridgeError::GARBAGE, 'Le pont parle une version plus récente de cette liste.', 200);
        }
        return ['version' => self::VERSION] + Shown::listing($told, $limit);
    }

    /**
     * The themes, places and kinds of the network's resources, for who chooses among them.
     *
     * @param float $timeout seconds.
     * @return array<string, list<array{0: string, 1: string}>> codes and labels by parameter of a list, the most
     *   frequent first.
     * @throws BridgeError
     */
    public function words(float $timeout): array
    {
        $told = Reply::of($this->http, 'GET', $this->address . 'api/v1/facets', '', $timeout);
        $words = [];
        foreach (['theme', 'territoire', 'type'] as $name) {
            $words[$name] = Shown::words(is_array($told['facets'] ?? null) ? $told['facets'][$name] ?? [] : []);
        }
        return $words;
    }

    /**
     * @param array<string, string> $body
     * @return array<mixed>
     */
    private function post(string $path, array $body): array
    {
        return Reply::of($this->http, 'POST', $this->address . $path, $body, self::PATIENCE);
    }

    /**
     * The newest version of the plugins, as the bridge tells it beside its answers; empty when it does not.
     *
     * @param array<mixed> $told
     */
    public static function version(array $told): string
    {
        $version = $told['plugins'] ?? null;
        return is_string($version) && preg_match('/\A[0-9][0-9A-Za-z.+-]{0,39}\z/', $version) === 1 ? $version : '';
    }

    private function unknown(): BridgeError
    {
        return new BridgeError(BridgeError::GARBAGE, 'Le pont a répondu autre chose que ce qui était attendu.', 200);
    }
}
