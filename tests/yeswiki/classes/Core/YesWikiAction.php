<?php

declare(strict_types=1);

namespace YesWiki\Core;

/** Observed: an action is for all unless a triple says for whom; `checkSecuredACL` says no to all but administrators. */
abstract class YesWikiAction extends YesWikiPerformable
{
    /** What to show instead of the action; null to whom it is for. */
    protected function checkSecuredACL(): ?string
    {
        $name = preg_replace('/^__|__$|action$/', '', strtolower((string) strrchr('\\' . get_class($this), '\\')));
        $open = in_array($this->wiki->GetModuleACL(ltrim($name, '\\'), 'action'), ['*', '+', '', '%'], true);
        return $open && !$this->wiki->UserIsAdmin()
            ? '<div class="alert alert-danger">Action ' . htmlspecialchars(ltrim($name, '\\')) . ' : BAZ_NEED_ADMIN_RIGHTS</div>'
            : null;
    }
}
