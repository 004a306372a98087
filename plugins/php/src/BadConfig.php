<?php

declare(strict_types=1);

namespace Partageons\Module;

/** The configuration file cannot be used; the message tells the webmaster why, a sentence a line. */
final class BadConfig extends \RuntimeException
{
}
