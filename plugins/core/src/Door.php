<?php

declare(strict_types=1);

namespace Partageons\Core;

/** Where the feed is asked for over HTTP: requests as they came, to the repository and back. */
final class Door
{
    /** What asks for the schema of the format `pv`. */
    public const SCHEMA = 'schema=pv';

    /** Bytes. */
    private const LARGEST_FORM = 65536;
    /** Any legal request has fewer: what is cut away could only be one error more. */
    private const MOST_ARGUMENTS = 32;
    /** Seconds after which one may come back when the site is out of order. */
    private const LATER = 60;
    private const NOT_KEPT = ['cache-control' => 'no-store'];

    /** @var callable(): Oai */
    private $oai;
    /** @var list<string> */
    private array $own;

    /**
     * @param callable(): Oai $oai called when there is something to answer; may throw Unavailable.
     * @param list<string> $own names in the query that lead to this door, and are not the protocol's.
     */
    public function __construct(callable $oai, array $own = ['partageons', 'rest_route'])
    {
        $this->oai = $oai;
        $this->own = $own;
    }

    /**
     * @param string $query what follows `?` in the address, as it came.
     * @param string $body the form, as it came; all of it, or at least 64 KiB and a byte.
     */
    public function answer(string $method, string $query, string $body, string $contentType): Answer
    {
        $method = strtoupper($method);
        if (!in_array($method, ['GET', 'HEAD', 'POST'], true)) {
            return $this->said(405, 'Cette adresse ne connaît que GET et POST.', ['allow' => 'GET, HEAD, POST']);
        }
        if ($method === 'POST' && strlen($body) > self::LARGEST_FORM) {
            return $this->said(413, 'Ce formulaire est trop grand.');
        }
        $kind = strtolower(trim(explode(';', $contentType)[0]));
        $form = $kind === 'application/x-www-form-urlencoded' ? $body : '';
        $arguments = $method === 'POST' ? $this->arguments($form, []) : $this->arguments($query, $this->own);
        if ($arguments === [explode('=', self::SCHEMA)]) {
            return $this->schema();
        }
        try {
            $written = ($this->oai)()->respond($arguments);
        } catch (\Throwable $error) {
            // What a site's own code throws says too much of it: for its log, not for its visitors.
            error_log('Partageons : ' . get_class($error) . ' : ' . $error->getMessage());
            $later = (string) self::LATER;
            return $this->said(
                503,
                "Le flux ne peut pas être lu en ce moment : revenez dans $later secondes.",
                ['retry-after' => $later]
            );
        }
        return new Answer(200, ['content-type' => 'text/xml; charset=utf-8'] + self::NOT_KEPT, $written);
    }

    /**
     * @param list<string> $own
     * @return list<array{0: string, 1: string}>
     */
    private function arguments(string $coded, array $own): array
    {
        $arguments = [];
        foreach (array_slice(explode('&', $coded, self::MOST_ARGUMENTS + 1), 0, self::MOST_ARGUMENTS) as $piece) {
            [$name, $value] = array_pad(explode('=', $piece, 2), 2, '');
            $name = urldecode($name);
            if ($piece !== '' && !in_array($name, $own, true)) {
                $arguments[] = [$name, urldecode($value)];
            }
        }
        return $arguments;
    }

    private function schema(): Answer
    {
        // In the zip of a plugin, or beside it in the sources.
        foreach ([dirname(__DIR__) . '/pv.xsd', dirname(__DIR__, 2) . '/pv.xsd'] as $file) {
            if (is_file($file)) {
                $type = ['content-type' => 'text/xml; charset=utf-8', 'cache-control' => 'public, no-cache'];
                return new Answer(200, $type, (string) file_get_contents($file));
            }
        }
        return $this->said(404, 'Le schéma de ce format n’est pas ici.');
    }

    /** @param array<string, string> $headers */
    private function said(int $status, string $sentence, array $headers = []): Answer
    {
        $headers += ['content-type' => 'text/plain; charset=utf-8'] + self::NOT_KEPT;
        return new Answer($status, $headers, "$sentence\n");
    }
}
