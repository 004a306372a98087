<?php

declare(strict_types=1);

namespace Partageons\Core;

/** Who a repository is. */
final class Identity
{
    public string $name;
    /** Without any argument of the protocol. */
    public string $baseUrl;
    /** A functional address: the protocol wants one, and it is public. */
    public string $email;
    /** The site's domain, for `oai:<node>:<path><id>`. */
    public string $node;
    /** Empty, or the site's folder on its domain with a slash after it: `blog/`. */
    public string $path;
    public string $version;
    /** Where the bridge may tell that its lists changed; empty when the site does not want to know. */
    public string $ping = '';
    /** What proves to the bridge that a request to join comes from this site; empty when none is under way. */
    public string $challenge = '';
    /** Where a visitor of the site adds a resource to it; empty when only its own people do. */
    public string $add = '';

    public function __construct(
        string $name,
        string $baseUrl,
        string $email,
        string $node,
        string $version,
        string $path = ''
    ) {
        $this->name = $name;
        $this->baseUrl = $baseUrl;
        $this->email = $email;
        $this->node = $node;
        $this->version = $version;
        $this->path = $path;
    }
}
