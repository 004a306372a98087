<?php

declare(strict_types=1);

namespace YesWiki\Core;

abstract class YesWikiFormatter extends YesWikiPerformable
{
}
