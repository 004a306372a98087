<?php

declare(strict_types=1);

namespace Partageons\Core;

/**
 * The resources that the bridge gives to be shown, reduced to what is known and harmless: plain texts, addresses of the
 * web. Nothing is escaped for HTML. A resource without an id, a title or an address is left out.
 */
final class Shown
{
    private const SOME = 50;
    private const WORDS = 1500;

    /**
     * @param array<mixed> $told the bridge's answer
     * @param int $most resources.
     * @return array{title: string, home: string, url: string, updated: string, total: int,
     *   items: list<array<string, mixed>>, withdrawn: list<string>}
     */
    public static function listing(array $told, int $most): array
    {
        $items = [];
        foreach (array_slice($told['items'], 0, $most) as $item) {
            $item = is_array($item) ? self::item($item) : null;
            if ($item !== null) {
                $items[] = $item;
            }
        }
        $withdrawn = is_array($told['withdrawn'] ?? null) ? $told['withdrawn'] : [];
        return [
            'title' => Plain::line($told['title'] ?? '', 300),
            'home' => Plain::address($told['home'] ?? ''),
            'url' => Plain::address($told['url'] ?? ''),
            'updated' => self::instant($told['updated'] ?? ''),
            'total' => is_int($told['total'] ?? null) ? max(count($items), $told['total']) : count($items),
            'items' => $items,
            'withdrawn' => self::texts($withdrawn, 200, 1000),
        ];
    }

    /**
     * @param array<mixed> $similar
     * @return list<array<string, mixed>>
     */
    public static function similar(array $similar): array
    {
        $found = [];
        foreach (array_slice($similar, 0, 20) as $one) {
            $record = is_array($one) && is_array($one['record'] ?? null) ? $one['record'] : [];
            $links = is_array($record['links'] ?? null) ? $record['links'] : [];
            $shown = [
                'id' => Plain::line($record['id'] ?? '', 200),
                'title' => Plain::line($record['title'] ?? '', 500),
                'url' => Plain::address($record['url'] ?? '') ?: Plain::address($links['page'] ?? ''),
                'abstract' => Plain::line($record['abstract'] ?? '', 500),
                'source' => Plain::line($record['source'] ?? '', 200),
                'licence' => Plain::line($record['licence'] ?? '', 100),
                'publisher' => self::publisher($record),
            ];
            if ($shown['id'] === '' || $shown['title'] === '' || $shown['url'] === '') {
                continue;
            }
            $score = $one['score'] ?? 0;
            $shown['score'] = is_int($score) || is_float($score) ? max(0.0, min(1.0, (float) $score)) : 0.0;
            $shown['reasons'] = [];
            foreach (array_slice(is_array($one['reasons'] ?? null) ? $one['reasons'] : [], 0, 10) as $reason) {
                $label = is_array($reason) ? Plain::line($reason['label'] ?? '', 300) : '';
                if ($label !== '') {
                    $shown['reasons'][] = $label;
                }
            }
            $found[] = $shown;
        }
        return $found;
    }

    /**
     * Words to choose from.
     *
     * @param mixed $values
     * @return list<array{0: string, 1: string}> codes, in which no comma is, and labels.
     */
    public static function words($values): array
    {
        $found = [];
        foreach (array_slice(is_array($values) ? $values : [], 0, self::WORDS) as $one) {
            $code = is_array($one) ? Plain::line($one['value'] ?? '', 100) : '';
            $label = is_array($one) ? Plain::line($one['label'] ?? '', 200) : '';
            if ($code !== '' && strpos($code, ',') === false) {
                $found[] = [$code, $label === '' ? $code : $label];
            }
        }
        return $found;
    }

    /**
     * Who publishes a resource, by name; empty when it is not told.
     *
     * @param array<mixed> $record
     */
    private static function publisher(array $record): string
    {
        $publishers = is_array($record['publishers'] ?? null) ? $record['publishers'] : [];
        $first = reset($publishers);
        $name = is_array($first) ? Plain::line($first['name'] ?? '', 200) : '';
        return $name !== '' ? $name : Plain::line($record['attribution'] ?? '', 200);
    }

    /**
     * @param array<mixed> $item
     * @return array<string, mixed>|null
     */
    private static function item(array $item): ?array
    {
        $found = [
            'id' => Plain::line($item['id'] ?? '', 200),
            'url' => Plain::address($item['url'] ?? ''),
            'page' => Plain::address($item['page'] ?? ''),
            'title' => Plain::line($item['title'] ?? '', 500),
            'language' => Plain::line($item['language'] ?? '', 35),
            'excerpt' => Plain::line($item['excerpt'] ?? '', 500),
            'source' => Plain::line($item['source'] ?? '', 300),
            'licence' => Plain::line($item['licence'] ?? '', 300),
            'licence_url' => Plain::address($item['licence_url'] ?? ''),
            'attribution' => Plain::line($item['attribution'] ?? '', 300),
            'type' => Plain::line($item['type'] ?? '', 300),
            'themes' => self::texts($item['themes'] ?? [], 300, self::SOME),
            'place' => Plain::line($item['place'] ?? '', 300),
            'territories' => self::texts($item['territories'] ?? [], 100, self::SOME),
            'period' => Plain::line($item['period'] ?? '', 300),
            'documents' => self::documents($item['documents'] ?? []),
            'datestamp' => self::instant($item['datestamp'] ?? ''),
        ];
        if ($found['id'] === '' || $found['title'] === '' || $found['url'] === '') {
            return null;
        }
        $image = is_array($item['image'] ?? null) ? $item['image'] : [];
        $address = Plain::address($image['url'] ?? '');
        if ($address !== '') {
            $found['image'] = ['url' => $address, 'credit' => Plain::line($image['credit'] ?? '', 300)];
        }
        $point = self::point($item['point'] ?? null);
        if ($point !== null) {
            $found['point'] = $point;
        }
        return $found;
    }

    /**
     * @param mixed $value
     * @return array{lon: float, lat: float}|null degrees WGS84
     */
    private static function point($value): ?array
    {
        $lon = is_array($value) ? $value['lon'] ?? null : null;
        $lat = is_array($value) ? $value['lat'] ?? null : null;
        if ((!is_int($lon) && !is_float($lon)) || (!is_int($lat) && !is_float($lat))) {
            return null;
        }
        return abs($lon) <= 180 && abs($lat) <= 90 ? ['lon' => (float) $lon, 'lat' => (float) $lat] : null;
    }

    /**
     * @param mixed $values
     * @return list<array{url: string, title: string, type: string}>
     */
    private static function documents($values): array
    {
        $found = [];
        foreach (array_slice(is_array($values) ? $values : [], 0, self::SOME) as $one) {
            $url = is_array($one) ? Plain::address($one['url'] ?? '') : '';
            if ($url !== '') {
                $title = Plain::line($one['title'] ?? '', 300);
                $found[] = ['url' => $url, 'title' => $title, 'type' => Plain::line($one['type'] ?? '', 100)];
            }
        }
        return $found;
    }

    /**
     * @param mixed $values
     * @return list<string>
     */
    private static function texts($values, int $longest, int $most): array
    {
        $found = [];
        foreach (array_slice(is_array($values) ? $values : [], 0, $most) as $value) {
            $text = Plain::line($value, $longest);
            if ($text !== '') {
                $found[] = $text;
            }
        }
        return $found;
    }

    /** @param mixed $value */
    private static function instant($value): string
    {
        $good = is_string($value) && preg_match('/\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\z/', $value) === 1;
        return $good ? $value : '';
    }
}
