<?php

declare(strict_types=1);

namespace Partageons\Core;

/** What a repository says of itself (Identify), and what the plugin says of itself in it. */
final class Introduction
{
    /** The space of what the plugin says. */
    public const PLUGIN = 'https://partageons-vert.org/ns/plugin/1.0';

    private const EMAIL = '/\A[^\s@]{2,}@([^\s.@]+\.)+[^\s.@]+\z/';

    /**
     * @param string $earliest the oldest datestamp.
     * @param string $node the domain in the identifiers.
     * @param string $sample one of them.
     */
    public static function write(Xml $xml, Identity $identity, string $earliest, string $node, string $sample): void
    {
        $email = preg_match(self::EMAIL, $identity->email) === 1 ? $identity->email : "webmaster@$node";
        $xml->leaf('repositoryName', $identity->name);
        $xml->leaf('baseURL', $identity->baseUrl);
        $xml->leaf('protocolVersion', '2.0');
        $xml->leaf('adminEmail', $email);
        $xml->leaf('earliestDatestamp', $earliest);
        $xml->leaf('deletedRecord', 'persistent');
        $xml->leaf('granularity', 'YYYY-MM-DDThh:mm:ssZ');
        self::scheme($xml, $node, $sample);
        self::plugin($xml, $identity);
    }

    /** How identifiers are made. */
    private static function scheme(Xml $xml, string $node, string $sample): void
    {
        $space = Oai::SPACE . 'oai-identifier';
        $xml->open('description');
        $xml->open('oai-identifier', ['xmlns' => $space, 'xsi:schemaLocation' => "$space $space.xsd"]);
        $xml->leaf('scheme', 'oai');
        $xml->leaf('repositoryIdentifier', $node);
        $xml->leaf('delimiter', ':');
        $xml->leaf('sampleIdentifier', $sample);
        $xml->close();
        $xml->close();
    }

    /** Its version, what proves that the site asks to join, where the bridge may tell of changes, where one adds. */
    private static function plugin(Xml $xml, Identity $identity): void
    {
        $said = ['version' => $identity->version, 'challenge' => $identity->challenge, 'ping' => $identity->ping];
        $said['add'] = $identity->add;
        $xml->open('description');
        $xml->leaf('partageons', '', ['xmlns' => self::PLUGIN] + array_filter($said, 'strlen'));
        $xml->close();
    }
}
