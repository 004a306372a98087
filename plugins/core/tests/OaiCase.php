<?php

declare(strict_types=1);

namespace Partageons\Core\Tests;

use Partageons\Core\ChangeLog;
use Partageons\Core\Identity;
use Partageons\Core\Oai;
use PHPUnit\Framework\TestCase;

/** A repository over a site in memory, each answer of which is judged by the schemas. */
abstract class OaiCase extends TestCase
{
    protected const START = 1767225600; // 2026-01-01T00:00:00Z
    protected const BASE = 'https://asso.exemple.fr/?partageons=oai';

    protected Database $db;
    protected FakeSite $site;
    protected ChangeLog $log;
    protected Identity $identity;
    protected int $now = self::START;

    protected function setUp(): void
    {
        $this->db = new Database();
        $this->site = new FakeSite();
        $this->log = new ChangeLog($this->db, 'log', fn (): int => $this->now);
        $this->log->create();
        $email = 'contact@asso.exemple.fr';
        $this->identity = new Identity('Asso & amis', self::BASE, $email, 'asso.exemple.fr', '0.1.0');
    }

    protected function note(string ...$ids): void
    {
        $this->log->note($ids, $this->site->states($ids));
    }

    /** Shares this many, numbered from 1, three to a second. */
    protected function fill(int $count): void
    {
        for ($i = 1; $i <= $count; $i++) {
            $this->site->share((string) $i);
            $this->now = self::START + intdiv($i, 3);
            $this->note((string) $i);
        }
    }

    protected function oai(string $secret = 'secret'): Oai
    {
        return new Oai($this->site, $this->log, $this->identity, $secret, fn (): int => $this->now);
    }

    /** @param array<string, string> $arguments */
    protected function ask(array $arguments, bool $valid = true): \SimpleXMLElement
    {
        $pairs = [];
        foreach ($arguments as $name => $value) {
            $pairs[] = [(string) $name, $value];
        }
        return $this->asked($pairs, $valid);
    }

    /** @param list<array{0: string, 1: string}> $pairs */
    protected function asked(array $pairs, bool $valid = true): \SimpleXMLElement
    {
        $written = $this->oai()->respond($pairs);
        $document = new \DOMDocument();
        self::assertTrue($document->loadXML($written), $written);
        if ($valid) {
            libxml_use_internal_errors(true);
            $is = $document->schemaValidate(__DIR__ . '/schema.xsd');
            $errors = array_map(static fn (\LibXMLError $error): string => $error->message, libxml_get_errors());
            libxml_clear_errors();
            libxml_use_internal_errors(false);
            self::assertTrue($is, implode('', $errors) . $written);
        }
        $xml = simplexml_import_dom($document);
        $xml->registerXPathNamespace('o', 'http://www.openarchives.org/OAI/2.0/');
        $xml->registerXPathNamespace('pv', 'https://partageons-vert.org/ns/pv/1.0');
        $xml->registerXPathNamespace('dc', 'http://purl.org/dc/elements/1.1/');
        return $xml;
    }

    /** @return list<string> */
    protected static function codes(\SimpleXMLElement $answer): array
    {
        return array_map('strval', $answer->xpath('//o:error/@code'));
    }

    /** @return list<string> the ids of the headers, `-` before those that are deleted */
    protected static function ids(\SimpleXMLElement $answer): array
    {
        $said = [];
        foreach ($answer->xpath('//o:header') as $header) {
            $id = substr((string) $header->identifier, strlen('oai:asso.exemple.fr:'));
            $said[] = ((string) $header['status'] === 'deleted' ? '-' : '') . $id;
        }
        return $said;
    }

    /** @return list<string> */
    protected static function texts(\SimpleXMLElement $answer, string $path): array
    {
        return array_map('strval', $answer->xpath($path));
    }

    protected static function token(\SimpleXMLElement $answer): string
    {
        return (string) ($answer->xpath('//o:resumptionToken')[0] ?? '');
    }
}
