<?php

declare(strict_types=1);

namespace Partageons\Core;

/**
 * An OAI-PMH 2.0 repository over a site and its change log.
 *
 * Standards: http://www.openarchives.org/OAI/openarchivesprotocol.html and the guidelines for oai-identifier. Lists are
 * given by (datestamp, id) up to now, while the responseDate is a little earlier: a harvester that goes on from it
 * misses nothing that was being written when it was answered.
 */
final class Oai
{
    public const PAGE = 100;
    public const SPACE = 'http://www.openarchives.org/OAI/2.0/';

    private const FORMATS = ['oai_dc' => DublinCore::SPACE, 'pv' => Pv::SPACE];
    /** Seconds that a write may take. */
    private const SETTLED = 2;

    private Site $site;
    private ChangeLog $log;
    private Identity $identity;
    private Identifiers $identifiers;
    private string $secret;
    /** @var callable(): int */
    private $clock;

    /**
     * @param string $secret seals resumption tokens.
     * @param (callable(): int)|null $clock seconds since 1970.
     */
    public function __construct(
        Site $site,
        ChangeLog $log,
        Identity $identity,
        string $secret,
        ?callable $clock = null
    ) {
        $this->site = $site;
        $this->log = $log;
        $this->identity = $identity;
        $this->identifiers = new Identifiers($identity->node, $identity->path);
        $this->secret = $secret;
        $this->clock = $clock ?? 'time';
    }

    /**
     * The answer to a request, a whole XML document; protocol errors are answers too.
     *
     * @param list<array{0: string, 1: string}> $arguments decoded, in order, repeated ones kept.
     * @throws Unavailable
     */
    public function respond(array $arguments): string
    {
        $now = ($this->clock)();
        $read = new Arguments($arguments);
        $errors = $read->errors;
        $body = null;
        if ($errors === []) {
            try {
                $body = $this->body($read->values, $now);
            } catch (Refused $refused) {
                $errors = [[$refused->error, $refused->getMessage()]];
            }
        }
        $xml = new Xml();
        $xml->open('OAI-PMH', [
            'xmlns' => self::SPACE,
            'xmlns:xsi' => Xml::XSI,
            'xsi:schemaLocation' => self::SPACE . ' ' . self::SPACE . 'OAI-PMH.xsd',
        ]);
        $xml->leaf('responseDate', self::instant($now - self::SETTLED));
        $xml->leaf('request', $this->identity->baseUrl, $read->errors === [] ? $read->values : []);
        foreach ($errors as [$code, $message]) {
            $xml->leaf('error', $message, ['code' => $code]);
        }
        if ($body !== null) {
            $xml->open($read->values['verb']);
            $body($xml);
            $xml->close();
        }
        $xml->close();
        return $xml->written();
    }

    /**
     * Finds all that the answer holds, and gives what writes it: an error met halfway leaves nothing half written.
     *
     * @param array<string, string> $values
     * @return callable(Xml): void
     * @throws Refused
     * @throws Unavailable
     */
    private function body(array $values, int $now): callable
    {
        switch ($values['verb']) {
            case 'Identify':
                return $this->identify($now);
            case 'ListMetadataFormats':
                return $this->formats($values);
            case 'ListSets':
                return $this->sets($values);
            case 'GetRecord':
                return $this->record($values);
            default:
                return $this->page($values, $now);
        }
    }

    private function identify(int $now): callable
    {
        $earliest = $this->log->earliest() ?: self::instant($now - self::SETTLED);
        $sample = $this->identifiers->of($this->log->live('', 1)[0] ?? '1');
        return function (Xml $xml) use ($earliest, $sample): void {
            Introduction::write($xml, $this->identity, $earliest, $this->identifiers->node, $sample);
        };
    }

    /** @param array<string, string> $values */
    private function formats(array $values): callable
    {
        if (isset($values['identifier'])) {
            $this->entry($values['identifier']);
        }
        return function (Xml $xml): void {
            foreach (self::FORMATS as $prefix => $space) {
                $xml->open('metadataFormat');
                $xml->leaf('metadataPrefix', $prefix);
                $xml->leaf('schema', $prefix === 'pv' ? $this->schema() : DublinCore::SCHEMA);
                $xml->leaf('metadataNamespace', $space);
                $xml->close();
            }
        };
    }

    /** @param array<string, string> $values */
    private function sets(array $values): callable
    {
        if (isset($values['resumptionToken'])) {
            $why = "La liste des ensembles tient en une page : elle n'a pas de jeton.";
            throw new Refused('badResumptionToken', $why);
        }
        $sets = $this->site->sets();
        if ($sets === []) {
            throw new Refused('noSetHierarchy', "Cet entrepôt n'a pas encore d'ensemble.");
        }
        return static function (Xml $xml) use ($sets): void {
            foreach ($sets as $spec => $name) {
                $xml->open('set');
                $xml->leaf('setSpec', (string) $spec);
                $xml->leaf('setName', $name);
                $xml->close();
            }
        };
    }

    /** @param array<string, string> $values */
    private function record(array $values): callable
    {
        $this->format($values['metadataPrefix']);
        $entry = $this->entry($values['identifier']);
        $records = $this->records([$entry]);
        if (!$entry->deleted && $records === []) {
            $entry = $this->log->get($entry->id) ?? $entry;
        }
        return function (Xml $xml) use ($entry, $records, $values): void {
            $this->written($xml, $entry, $records[$entry->id] ?? null, $values['metadataPrefix']);
        };
    }

    /** @param array<string, string> $values */
    private function page(array $values, int $now): callable
    {
        $verb = $values['verb'];
        $scope = "$verb {$this->identity->baseUrl}";
        $given = $values['resumptionToken'] ?? null;
        $at = $given === null ? $this->first($values, $now) : Token::open($given, $scope, $this->secret, $now);
        $this->format($at->prefix);
        $after = $given === null ? null : [$at->datestamp, $at->id];
        $entries = $this->log->list($at->from, $at->until, $at->set, $after, self::PAGE + 1);
        if ($given === null && $entries === []) {
            throw new Refused('noRecordsMatch', 'Aucune fiche ne répond à cette demande.');
        }
        $more = count($entries) > self::PAGE;
        if ($more) {
            array_pop($entries);
            $at->total = $given === null ? $this->log->count($at->from, $at->until, $at->set) : $at->total;
        }
        $records = $verb === 'ListRecords' ? $this->records($entries) : [];
        return function (Xml $xml) use ($verb, $scope, $given, $at, $entries, $more, $records, $now): void {
            foreach ($entries as $entry) {
                if ($verb === 'ListRecords') {
                    $this->written($xml, $entry, $records[$entry->id] ?? null, $at->prefix);
                } else {
                    $this->header($xml, $entry, $entry->deleted);
                }
            }
            $state = ['completeListSize' => (string) $at->total, 'cursor' => (string) $at->cursor];
            if ($more) {
                $last = $entries[self::PAGE - 1];
                [$at->datestamp, $at->id, $at->cursor] = [$last->changed, $last->id, $at->cursor + self::PAGE];
                $expires = $now + Token::LIFE;
                $sealed = $at->seal($scope, $this->secret, $expires);
                $xml->leaf('resumptionToken', $sealed, ['expirationDate' => self::instant($expires)] + $state);
            } elseif ($given !== null) {
                // Also alone, when all that remained changed since the first request: any error here would make clients
                // drop what they already hold, while the changes come with their next harvest.
                $xml->leaf('resumptionToken', '', $state);
            }
        };
    }

    /** @param array<string, string> $values */
    private function first(array $values, int $now): Token
    {
        // Later than now when the clock was set back: datestamps did not follow it.
        $end = max(self::instant($now), $this->log->latest());
        $from = $values['from'] ?? '';
        $until = $values['until'] ?? $end;
        $from .= strlen($from) === 10 ? 'T00:00:00Z' : '';
        $until .= strlen($until) === 10 ? 'T23:59:59Z' : '';
        return new Token($values['metadataPrefix'], $from, min($until, $end), $values['set'] ?? '');
    }

    private function format(string $prefix): void
    {
        if (!isset(self::FORMATS[$prefix])) {
            $known = implode(', ', array_keys(self::FORMATS));
            throw new Refused('cannotDisseminateFormat', "Formats possibles : $known.");
        }
    }

    private function entry(string $identifier): Entry
    {
        $id = $this->identifiers->id($identifier);
        $entry = $id === '' ? null : $this->log->get($id);
        if ($entry === null) {
            throw new Refused('idDoesNotExist', 'Aucune fiche ne porte cet identifiant.');
        }
        return $entry;
    }

    /**
     * The records of what is shared. What cannot be read any more is noted as gone.
     *
     * @param list<Entry> $entries
     * @return array<string, Record>
     */
    private function records(array $entries): array
    {
        $ids = [];
        foreach ($entries as $entry) {
            if (!$entry->deleted) {
                $ids[] = $entry->id;
            }
        }
        $records = $ids === [] ? [] : $this->site->records($ids);
        $gone = array_diff($ids, array_map('strval', array_keys($records)));
        if ($gone !== []) {
            $this->log->note(array_values($gone), []);
        }
        return $records;
    }

    /** A record, given as deleted where there is none. */
    private function written(Xml $xml, Entry $entry, ?Record $record, string $prefix): void
    {
        $xml->open('record');
        $this->header($xml, $entry, $record === null);
        if ($record !== null) {
            $xml->open('metadata');
            if ($prefix === 'pv') {
                Pv::write($xml, $record, $this->schema());
            } else {
                DublinCore::write($xml, $record, $this->identifiers->of($entry->id));
            }
            $xml->close();
        }
        $xml->close();
    }

    private function header(Xml $xml, Entry $entry, bool $deleted): void
    {
        $xml->open('header', $deleted ? ['status' => 'deleted'] : []);
        $xml->leaf('identifier', $this->identifiers->of($entry->id));
        $xml->leaf('datestamp', $entry->changed);
        if (Arguments::isSet($entry->kind)) {
            $xml->leaf('setSpec', $entry->kind);
        }
        $xml->close();
    }

    /** Where the schema of `pv` is: at this door. */
    private function schema(): string
    {
        $base = $this->identity->baseUrl;
        return $base . (strpos($base, '?') === false ? '?' : '&') . Door::SCHEMA;
    }

    private static function instant(int $at): string
    {
        return gmdate('Y-m-d\TH:i:s\Z', $at);
    }
}
