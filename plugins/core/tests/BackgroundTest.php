<?php

declare(strict_types=1);

namespace Partageons\Core\Tests;

use Partageons\Core\Background;
use PHPUnit\Framework\TestCase;

/** A site that knocks at its own door and waits for no answer. */
final class BackgroundTest extends TestCase
{
    public function testItAsksAndDoesNotWait(): void
    {
        $server = stream_socket_server('tcp://127.0.0.1:0');
        $address = stream_socket_get_name($server, false);
        Background::knock("http://$address/wiki/?api/partageons/later");
        $asked = stream_socket_accept($server, 1);
        self::assertSame("GET /wiki/?api/partageons/later HTTP/1.1\r\n", fgets($asked));
        self::assertSame("Host: $address\r\n", fgets($asked));
        fclose($asked);
        fclose($server);
    }

    /** @dataProvider nobody */
    public function testWhereNobodyIsNothingIsSaid(string $address): void
    {
        Background::knock($address);
        $this->addToAssertionCount(1); // no exception, no warning: PHPUnit would fail for either
    }

    /** @return list<array{0: string}> */
    public function nobody(): array
    {
        $server = stream_socket_server('tcp://127.0.0.1:0');
        $closed = stream_socket_get_name($server, false);
        fclose($server);
        return [["http://$closed/"], ["https://$closed/"], ['http:///'], ['']];
    }

    public function testACommandHasNoAnswerToSend(): void
    {
        self::assertFalse(Background::answered());
    }
}
