<?php

declare(strict_types=1);

namespace Partageons\Core\Tests;

use Partageons\Core\Answer;
use Partageons\Core\Unreachable;
use Partageons\Core\WebHttp;
use PHPUnit\Framework\TestCase;

/** The client of the web, against a server that misbehaves. */
final class WebHttpTest extends TestCase
{
    private const SERVER = <<<'PHP'
<?php
switch (parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH)) {
    case '/echo':
        header('X-Seen: one');
        echo json_encode(['method' => $_SERVER['REQUEST_METHOD'], 'body' => file_get_contents('php://input'),
            'agent' => $_SERVER['HTTP_USER_AGENT'] ?? '', 'more' => $_SERVER['HTTP_X_MORE'] ?? '',
            'length' => $_SERVER['HTTP_CONTENT_LENGTH'] ?? '']);
        break;
    case '/moved':
        header('Location: /echo', true, 302);
        echo 'elsewhere';
        break;
    case '/file':
        header('Location: file:///etc/passwd', true, 302);
        break;
    case '/large':
        for ($n = 0; $n < 60; $n++) {
            echo str_repeat('x', 65536);
        }
        break;
    case '/drops':
        while (true) {
            echo 'x';
            @ob_flush();
            flush();
            usleep(100000);
        }
    case '/silent':
        sleep(5);
        break;
    default:
        http_response_code(503);
        header('Retry-After: 30');
        echo 'busy';
}
PHP;

    /** @var resource|null */
    private static $server = null;
    private static string $folder = '';
    private static string $home = '';

    public static function setUpBeforeClass(): void
    {
        self::$folder = sys_get_temp_dir() . '/web-http-' . bin2hex(random_bytes(6));
        mkdir(self::$folder);
        file_put_contents(self::$folder . '/index.php', self::SERVER);
        $free = stream_socket_server('tcp://127.0.0.1:0');
        $at = (string) stream_socket_get_name($free, false);
        fclose($free);
        self::$home = "http://$at";
        $command = [PHP_BINARY, '-S', $at, self::$folder . '/index.php'];
        $quiet = ['file', '/dev/null', 'w'];
        $environment = ['PHP_CLI_SERVER_WORKERS' => '4'] + getenv();
        self::$server = proc_open($command, [1 => $quiet, 2 => $quiet], $pipes, self::$folder, $environment);
        for ($n = 0; $n < 100 && @stream_socket_client("tcp://$at", $code, $why, 1.0) === false; $n++) {
            usleep(50000);
        }
    }

    public static function tearDownAfterClass(): void
    {
        $known = proc_get_status(self::$server);
        foreach (explode(' ', trim((string) shell_exec('ps -o pid= --ppid ' . (int) $known['pid']))) as $child) {
            (int) $child > 0 && posix_kill((int) $child, SIGTERM);
        }
        proc_terminate(self::$server);
        proc_close(self::$server);
        unlink(self::$folder . '/index.php');
        rmdir(self::$folder);
    }

    /** @return array<string, array{WebHttp}> */
    public function clients(): array
    {
        return ['curl' => [new WebHttp('essai/1', true)], 'streams' => [new WebHttp('essai/1', false)]];
    }

    /** @dataProvider clients */
    public function testWhatIsSentArrives(WebHttp $http): void
    {
        $answer = $http->send('POST', self::$home . '/echo', ['X-More' => "a\r\nX-Forged: b"], '{"é": 1}', 5.0);
        $seen = json_decode($answer->body, true);
        self::assertSame(200, $answer->status);
        self::assertSame('one', $answer->headers['x-seen']);
        self::assertSame(['POST', '{"é": 1}', 'essai/1'], [$seen['method'], $seen['body'], $seen['agent']]);
        self::assertSame('a X-Forged: b', $seen['more']);
        $answer = $http->send('GET', self::$home . '/echo', ['User-Agent' => 'autre'], '', 5.0);
        $seen = json_decode($answer->body, true);
        self::assertSame(['GET', '', 'autre'], [$seen['method'], $seen['body'], $seen['agent']]);
    }

    /** @dataProvider clients */
    public function testRedirectionsAreGivenNotFollowed(WebHttp $http): void
    {
        $answer = $http->send('GET', self::$home . '/moved', [], '', 5.0);
        self::assertSame([302, 'elsewhere', '/echo'], [$answer->status, $answer->body, $answer->headers['location']]);
        $answer = $http->send('GET', self::$home . '/file', [], '', 5.0);
        self::assertSame([302, ''], [$answer->status, $answer->body]);
    }

    /** @dataProvider clients */
    public function testAnErrorIsAnAnswer(WebHttp $http): void
    {
        $answer = $http->send('GET', self::$home . '/broken', [], '', 5.0);
        self::assertSame([503, 'busy', '30'], [$answer->status, $answer->body, $answer->headers['retry-after']]);
    }

    /** @dataProvider clients */
    public function testNoMoreThanTwoMebibytesAreRead(WebHttp $http): void
    {
        $answer = $http->send('GET', self::$home . '/large', [], '', 10.0);
        self::assertInstanceOf(Answer::class, $answer);
        self::assertSame([200, 2097152], [$answer->status, strlen($answer->body)]);
    }

    /** @dataProvider clients */
    public function testTheWholeExchangeHasItsTime(WebHttp $http): void
    {
        foreach (['/silent', '/drops'] as $path) {
            $begun = microtime(true);
            try {
                $http->send('GET', self::$home . $path, [], '', 0.5);
                self::fail("$path was an answer");
            } catch (Unreachable $error) {
                self::assertLessThan(2.0, microtime(true) - $begun);
            }
        }
    }

    /** @dataProvider clients */
    public function testOnlyTheWebIsAsked(WebHttp $http): void
    {
        $addresses = [
            'file:///etc/passwd', 'php://filter/resource=/etc/passwd', 'gopher://127.0.0.1/', 'ftp://127.0.0.1/',
            'dict://127.0.0.1:11211/', 'data:,a', '/etc/passwd', '', "http://127.0.0.1/\r\nX: y", 'http://a b/',
            'phar:///tmp/a.phar', " http://127.0.0.1/\n",
        ];
        foreach ($addresses as $address) {
            try {
                $http->send('GET', $address, [], '', 1.0);
                self::fail("$address was asked");
            } catch (Unreachable $error) {
                self::assertNotSame('', $error->getMessage());
            }
        }
    }

    /** @dataProvider clients */
    public function testNobodyThere(WebHttp $http): void
    {
        $this->expectException(Unreachable::class);
        $http->send('GET', 'http://127.0.0.1:9/', [], '', 1.0);
    }
}
