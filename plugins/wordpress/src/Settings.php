<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\Bridge;

if (!defined('ABSPATH')) {
    exit;
}

/** What the site chose to share, and with which bridge: the option `partageons`. */
final class Settings
{
    public const OPTION = 'partageons';

    /** Another number restamps every resource: what a record is made of changed with the plugin. */
    private const FORMAT = 1;
    private const LISTED = 200;

    /** @var list<string> post types that are shared */
    public array $types;
    /** @var list<int> terms of `category`, with those below them; empty for all */
    public array $categories;
    /** @var array<string, list<string>> post type => meta keys that are shared */
    public array $fields;
    /** @var array<string, list<string>> post type => taxonomies that are shared besides `category` and `post_tag` */
    public array $taxonomies;
    /** What the site's contents may be used for, in words or as an identifier. */
    public string $licence;
    /** A functional address for those who harvest; public. */
    public string $email;
    /** Address of the bridge, with a slash after it; empty when there is none. */
    public string $bridge;

    /** @param array<string, mixed> $clean as `clean()` returns it. */
    private function __construct(array $clean)
    {
        $this->types = $clean['types'];
        $this->categories = $clean['categories'];
        $this->fields = $clean['fields'];
        $this->taxonomies = $clean['taxonomies'];
        $this->licence = $clean['licence'];
        $this->email = $clean['email'];
        $this->bridge = $clean['bridge'];
    }

    /** What is kept; nothing is shared as long as nobody chose. */
    public static function read(): self
    {
        return self::of(get_option(self::OPTION, []));
    }

    /** @param mixed $raw as `clean()` takes it, not kept yet. */
    public static function of($raw): self
    {
        return new self(self::clean($raw));
    }

    /** @return array<string, mixed> */
    public function toArray(): array
    {
        return get_object_vars($this);
    }

    /** What, besides the post itself, the record of a post of this type is made of; of any type when it is empty. */
    public function hash(string $type = ''): string
    {
        $parts = $type === ''
            ? [$this->types, $this->categories, $this->fields, $this->taxonomies]
            : [$this->fields[$type] ?? [], $this->taxonomies[$type] ?? []];
        $site = [get_option('home'), get_option('permalink_structure'), get_option('WPLANG')];
        return md5((string) wp_json_encode([self::FORMAT, $parts, $this->licence, $site]));
    }

    /**
     * Settings of any origin as they may be kept: known keys only, each of its own type. It is the option's
     * `sanitize_callback`, so that it takes what it returned as it is.
     *
     * @param mixed $raw unslashed.
     * @return array<string, mixed>
     */
    public static function clean($raw): array
    {
        $raw = is_array($raw) ? $raw : [];
        $types = array_values(array_diff(self::names($raw['types'] ?? []), ['attachment', 'revision']));
        $categories = array_map('absint', array_filter(self::items($raw['categories'] ?? []), 'is_numeric'));
        return [
            'types' => $types,
            'categories' => array_values(array_unique(array_filter($categories))),
            'fields' => self::lists($raw['fields'] ?? [], [self::class, 'keys']),
            'taxonomies' => self::lists($raw['taxonomies'] ?? [], [self::class, 'names']),
            'licence' => mb_substr(sanitize_text_field(self::text($raw['licence'] ?? '')), 0, 200),
            'email' => (string) sanitize_email(self::text($raw['email'] ?? '')),
            'bridge' => Bridge::home(self::text($raw['bridge'] ?? '')),
        ];
    }

    /** @param mixed $raw */
    private static function text($raw): string
    {
        return is_scalar($raw) ? (string) $raw : '';
    }

    /**
     * @param mixed $raw
     * @return list<string|int>
     */
    private static function items($raw): array
    {
        $kept = array_filter(is_array($raw) ? $raw : [], static fn($one): bool => is_string($one) || is_int($one));
        return array_slice(array_values($kept), 0, self::LISTED);
    }

    /**
     * @param mixed $raw
     * @return list<string>
     */
    private static function names($raw): array
    {
        $names = array_map(static fn($one): string => sanitize_key((string) $one), self::items($raw));
        return array_values(array_unique(array_filter($names, static fn(string $name): bool => $name !== '')));
    }

    /**
     * Meta keys are any text: capitals, spaces and accents are kept.
     *
     * @param mixed $raw
     * @return list<string>
     */
    private static function keys($raw): array
    {
        $keys = array_map(static fn($one): string => wp_check_invalid_utf8((string) $one), self::items($raw));
        return array_values(array_unique(array_filter(
            $keys,
            static fn(string $key): bool => $key !== '' && strlen($key) <= 255 && !preg_match('/[\x00-\x1f\x7f]/', $key)
        )));
    }

    /**
     * @param mixed $raw
     * @param callable(mixed): list<string> $cleaned
     * @return array<string, list<string>> without the types for which nothing is chosen
     */
    private static function lists($raw, callable $cleaned): array
    {
        $lists = [];
        foreach (array_slice(is_array($raw) ? $raw : [], 0, self::LISTED, true) as $type => $list) {
            $type = sanitize_key((string) $type);
            $list = $cleaned($list);
            if ($type !== '' && $list !== []) {
                $lists[$type] = $list;
            }
        }
        return $lists;
    }
}
