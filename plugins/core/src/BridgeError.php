<?php

declare(strict_types=1);

namespace Partageons\Core;

/** The bridge did not give what was asked of it. The message is one plain sentence in French. */
final class BridgeError extends \RuntimeException
{
    /** Nobody answered in time. */
    public const UNREACHABLE = 'unreachable';
    /** The bridge itself says no. */
    public const REFUSED = 'refused';
    /** What answered is not the bridge, or not as we know it: a page of maintenance, a firewall. */
    public const GARBAGE = 'garbage';
    /** It cannot answer now, and may in a while. */
    public const BUSY = 'busy';

    /** @var string one of the constants above */
    public $code;
    /** HTTP; 0 when nobody answered. */
    public int $status;
    /** Seconds that the bridge asks to wait; 0 when it does not say. */
    public int $wait;

    public function __construct(string $code, string $message, int $status = 0, int $wait = 0)
    {
        parent::__construct($message);
        $this->code = $code;
        $this->status = $status;
        $this->wait = $wait;
    }
}
