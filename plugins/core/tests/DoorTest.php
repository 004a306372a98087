<?php

declare(strict_types=1);

namespace Partageons\Core\Tests;

use Partageons\Core\Answer;
use Partageons\Core\Door;
use Partageons\Core\Oai;
use Partageons\Core\Unavailable;

final class DoorTest extends OaiCase
{
    private const FORM = 'application/x-www-form-urlencoded';

    private string $errors;

    protected function setUp(): void
    {
        parent::setUp();
        $this->errors = (string) ini_set('error_log', '/dev/null');
    }

    protected function tearDown(): void
    {
        ini_set('error_log', $this->errors);
    }

    private function door(): Door
    {
        return new Door(fn (): Oai => $this->oai());
    }

    private function get(string $query): Answer
    {
        return $this->door()->answer('GET', $query, '', '');
    }

    private static function said(Answer $answer): string
    {
        return (string) preg_replace('~.*?<error code="(\w+)".*~s', '$1', $answer->body);
    }

    public function testGetAndPostAnswerAlike(): void
    {
        $this->fill(3);
        $query = 'verb=ListIdentifiers&metadataPrefix=oai_dc&from=2026-01-01T00%3A00%3A00Z';
        $got = $this->get($query);
        $posted = $this->door()->answer('post', 'partageons=oai', $query, self::FORM . '; charset=UTF-8');
        self::assertSame([200, $got->body], [$posted->status, $posted->body]);
        self::assertStringContainsString('<identifier>oai:asso.exemple.fr:3<', $got->body);
        self::assertSame(['text/xml; charset=utf-8', 'no-store'], [
            $got->headers['content-type'], $got->headers['cache-control'],
        ]);
        self::assertSame($got->body, $this->door()->answer('HEAD', $query, '', '')->body);
    }

    public function testWhatLeadsToTheDoorIsNoArgument(): void
    {
        foreach (['partageons=oai', 'rest_route=%2Fpartageons%2Fv1%2Foai', '&', ''] as $own) {
            self::assertStringContainsString('<Identify>', $this->get("$own&verb=Identify")->body, $own);
        }
        $other = new Door(fn (): Oai => $this->oai(), ['api/partageons/oai']);
        $answer = $other->answer('GET', 'api/partageons/oai&verb=Identify', '', '');
        self::assertStringContainsString('<Identify>', $answer->body);
        self::assertSame('badArgument', self::said($other->answer('GET', 'partageons=oai&verb=Identify', '', '')));
    }

    public function testTheAddressDoesNotCountInAForm(): void
    {
        self::assertSame('badVerb', self::said($this->door()->answer('POST', 'verb=Identify', '', self::FORM)));
        foreach (['application/json', 'multipart/form-data; boundary=x', ''] as $kind) {
            self::assertSame('badVerb', self::said($this->door()->answer('POST', '', 'verb=Identify', $kind)));
        }
    }

    public function testManyArgumentsAndStrangeOnes(): void
    {
        self::assertSame('badVerb', self::said($this->get('')));
        self::assertSame('badVerb', self::said($this->get(str_repeat('&', 100000))));
        self::assertSame('badArgument', self::said($this->get('verb=Identify&x[]=1&%00=%FF')));
        self::assertSame('badArgument', self::said($this->get('verb=Identify' . str_repeat('&x=1', 100000))));
        self::assertStringContainsString('<Identify>', $this->get('v%65rb=%49dentify')->body);
    }

    public function testALargeFormIsRefused(): void
    {
        $form = str_pad('verb=Identify&x=', 65537, 'x');
        self::assertSame(413, $this->door()->answer('POST', '', $form, self::FORM)->status);
        self::assertSame(200, $this->door()->answer('POST', '', substr($form, 1), self::FORM)->status);
    }

    public function testOtherMethodsAreRefused(): void
    {
        foreach (['PUT', 'DELETE', 'OPTIONS', ''] as $method) {
            $answer = $this->door()->answer($method, 'verb=Identify', '', '');
            self::assertSame([405, 'GET, HEAD, POST'], [$answer->status, $answer->headers['allow']]);
        }
    }

    public function testADatabaseThatGoesAwayMakesItComeBack(): void
    {
        $this->db->broken = true;
        $answer = $this->get('verb=Identify');
        self::assertSame([503, '60'], [$answer->status, $answer->headers['retry-after']]);
        self::assertSame("Le flux ne peut pas être lu en ce moment : revenez dans 60 secondes.\n", $answer->body);
        self::assertSame('no-store', $answer->headers['cache-control']);
        self::assertSame(200, $this->get('verb=Nothing')->status, 'What asks nothing of it is answered.');
    }

    public function testWhateverIsThrownIsNotShown(): void
    {
        foreach ([new Unavailable('motdepasse'), new \TypeError('motdepasse'), new \RuntimeException('é')] as $error) {
            $door = new Door(static function () use ($error): Oai {
                throw $error;
            });
            $answer = $door->answer('GET', 'verb=Identify', '', '');
            self::assertSame(503, $answer->status);
            self::assertStringNotContainsString('motdepasse', $answer->body . implode(' ', $answer->headers));
        }
    }

    public function testTheSchemaIsAtTheDoor(): void
    {
        $answer = $this->get('partageons=oai&schema=pv');
        self::assertSame([200, 'text/xml; charset=utf-8'], [$answer->status, $answer->headers['content-type']]);
        self::assertStringEqualsFile(dirname(__DIR__, 2) . '/pv.xsd', $answer->body);
        self::assertSame('badVerb', self::said($this->get('schema=autre')));
        self::assertSame('badArgument', self::said($this->get('verb=Identify&schema=pv')));
    }
}
