<?php

declare(strict_types=1);

namespace YesWiki\Core\Entity;

/** What a subscriber is given: `getData()` holds `id`, and `data` except for `page.deleted`. */
class Event extends \Symfony\Contracts\EventDispatcher\Event
{
    private array $data;

    public function __construct(array $data)
    {
        $this->data = $data;
    }

    public function getData(): array
    {
        return $this->data;
    }
}
