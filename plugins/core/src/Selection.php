<?php

declare(strict_types=1);

namespace Partageons\Core;

/** What a block, a shortcode or an action asks for: which resources of the network, how many, how they are shown. */
final class Selection
{
    public const VIEWS = ['liste', 'cartes', 'carte'];
    public const MOST = 60;
    /** The bridge's own parameters, in its order. */
    private const FILTERS = ['territoire', 'theme', 'type'];
    private const TEXT = 200;
    private const VALUES = 20;
    private const LONGEST = 5000;

    public string $text = '';
    /** @var array<string, list<string>> codes of the bridge, by parameter */
    public array $filters = [];
    public int $number = 10;
    public string $view = 'liste';
    /** Of the titles of resources, 2 to 4: `h2` to `h4`. */
    public int $level = 3;

    /**
     * @param mixed $attributes of a block, of an action, or of a shortcode (an empty string when it has none):
     *        whatever they are, something sound comes out.
     */
    public static function read($attributes): self
    {
        $attributes = array_filter(is_array($attributes) ? $attributes : [], 'is_scalar');
        $read = static function (string $name) use ($attributes): string {
            return Plain::line((string) ($attributes[$name] ?? ''), self::LONGEST);
        };
        $found = new self();
        $found->text = mb_substr($read('q'), 0, self::TEXT);
        foreach (self::FILTERS as $name) {
            $values = array_filter(
                array_map('trim', explode(',', $read($name))),
                static fn(string $value): bool => $value !== '' && mb_strlen($value) <= self::TEXT
            );
            if ($values !== []) {
                $found->filters[$name] = array_slice(array_values(array_unique($values)), 0, self::VALUES);
            }
        }
        $number = (int) $read('nombre');
        $found->number = $number > 0 ? min($number, self::MOST) : $found->number;
        $view = strtolower($read('vue'));
        $found->view = in_array($view, self::VIEWS, true) ? $view : $found->view;
        $level = (int) $read('niveau');
        $found->level = $level >= 2 && $level <= 4 ? $level : $found->level;
        return $found;
    }

    /**
     * What is asked of the bridge: more than is shown, as this site's own resources and hidden ones are left out.
     */
    public function query(): string
    {
        return self::encoded(array_merge($this->pairs(), [['limite', (string) (2 * $this->number + 20)]]));
    }

    /** The same selection in the showcase of the bridge. */
    public function address(string $bridge): string
    {
        $query = self::encoded($this->pairs());
        return rtrim($bridge, '/') . '/' . ($query === '' ? '' : "?$query");
    }

    /** @return list<array{0: string, 1: string}> */
    private function pairs(): array
    {
        $pairs = $this->text === '' ? [] : [['q', $this->text]];
        foreach ($this->filters as $name => $values) {
            foreach ($values as $value) {
                $pairs[] = [$name, $value];
            }
        }
        return $pairs;
    }

    /** @param list<array{0: string, 1: string}> $pairs */
    private static function encoded(array $pairs): string
    {
        return implode('&', array_map(static function (array $pair): string {
            return $pair[0] . '=' . rawurlencode($pair[1]);
        }, $pairs));
    }
}
