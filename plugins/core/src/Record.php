<?php

declare(strict_types=1);

namespace Partageons\Core;

/**
 * A resource as the feed writes it: plain UTF-8 texts in the site's words, HTML in `content` only.
 *
 * Instants are UTC, `YYYY-MM-DDThh:mm:ssZ`. What is not known stays empty. The elements of `pv.xsd` that a site has no
 * field for are not here: the site's other public fields go into `fields`, under their own names.
 */
final class Record
{
    public string $id = '';
    public string $title = '';
    public string $abstract = '';
    public string $content = '';
    public string $type = '';
    /** @var list<string> */
    public array $themes = [];
    /** @var list<string> */
    public array $keywords = [];
    public string $url = '';
    /** @var list<Document> */
    public array $documents = [];
    public string $place = '';
    public ?float $lon = null;
    public ?float $lat = null;
    public string $image = '';
    public string $imageCredit = '';
    public string $licence = '';
    public string $attribution = '';
    /** Two letters, ISO 639-1. */
    public string $language = '';
    public string $created = '';
    public string $modified = '';
    /** @var list<Field> */
    public array $fields = [];

    public function __construct(string $id, string $title)
    {
        $this->id = $id;
        $this->title = $title;
    }
}
