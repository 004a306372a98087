<?php

declare(strict_types=1);

namespace Partageons\Core;

/** A message is not signed by who it should be from, or no longer holds. The message says why, in one sentence. */
final class BadSignature extends \RuntimeException
{
}
