<?php

declare(strict_types=1);

namespace Partageons\Core;

/** A file that comes with a resource. */
final class Document
{
    public string $url;
    public string $title;
    public string $mediaType;
    /** Bytes; 0 when not known. */
    public int $size;

    public function __construct(string $url, string $title = '', string $mediaType = '', int $size = 0)
    {
        $this->url = $url;
        $this->title = $title;
        $this->mediaType = $mediaType;
        $this->size = $size;
    }
}
