<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

use Partageons\Core\Answer;
use Partageons\Core\Lists;
use Partageons\Core\PingDoor;
use Partageons\Core\Unavailable;
use YesWiki\Partageons\Service\Parts;

/** `?api/partageons/ping`: where the bridge tells that something changed. */
final class PingRoute
{
    /** Bytes: one more than the door takes. */
    public const BODY = 65537;

    private PingDoor $door;
    private ExternalLists $external;
    private Kept $kept;
    /** @var callable(): ?Lists */
    private $lists;
    /** @var callable(): void */
    private $soon;

    /**
     * @param callable(): ?Lists $lists none without a bridge.
     * @param callable(): void $soon there is something to do once the answer has left.
     */
    public function __construct(PingDoor $door, ExternalLists $external, Kept $kept, callable $lists, callable $soon)
    {
        $this->door = $door;
        $this->external = $external;
        $this->kept = $kept;
        $this->lists = $lists;
        $this->soon = $soon;
    }

    public static function of(Parts $parts): self
    {
        return new self(
            new PingDoor($parts->pairing(), $parts->memory()),
            $parts->external(),
            $parts->kept(),
            fn(): ?Lists => $parts->lists(),
            static function () use ($parts): void {
                $parts->later()->soon();
            }
        );
    }

    /**
     * @param array<mixed> $server what PHP knows of the request: `$_SERVER`.
     * @throws Unavailable
     */
    public function answer(array $server, string $body): Answer
    {
        $headers = [];
        foreach (['webhook-id', 'webhook-timestamp', 'webhook-signature'] as $name) {
            $value = $server['HTTP_' . strtoupper(strtr($name, '-', '_'))] ?? '';
            $headers[$name] = is_string($value) ? $value : '';
        }
        $method = is_string($server['REQUEST_METHOD'] ?? null) ? $server['REQUEST_METHOD'] : 'GET';
        return $this->door->answer($method, $headers, $body, function (): void {
            $this->external->expire();
            $this->kept->set(Chores::EXPIRED, (string) time());
            $lists = ($this->lists)();
            if ($lists !== null) {
                $lists->expire();
            }
            ($this->soon)();
        });
    }
}
