<?php

declare(strict_types=1);

namespace YesWiki\Core\Controller;

use Symfony\Component\Security\Csrf\CsrfToken;
use Symfony\Component\Security\Csrf\CsrfTokenManager;
use Symfony\Component\Security\Csrf\Exception\TokenNotFoundException;
use YesWiki\Core\YesWikiController;
use YesWiki\Security\Controller\SecurityController;

/** Observed: a token that is missing or false throws; one that was used is forgotten unless it is asked to stay. */
class CsrfTokenController extends YesWikiController
{
    private CsrfTokenManager $tokens;

    public function __construct(CsrfTokenManager $tokens)
    {
        $this->tokens = $tokens;
    }

    /** @throws TokenNotFoundException */
    public function checkToken(string $name, string $inputType, string $inputKey, bool $remove = true): bool
    {
        $type = ['GET' => INPUT_GET, 'POST' => INPUT_POST][$inputType] ?? null;
        if ($name === '' || $type === null) {
            throw new \Exception('A name, and GET or POST.');
        }
        $given = $this->getService(SecurityController::class)->filterInput($type, $inputKey, FILTER_DEFAULT, true);
        $valid = $this->tokens->isTokenValid(new CsrfToken($name, $given));
        if ($remove) {
            $this->tokens->removeToken($name);
        }
        if (!$valid) {
            throw new TokenNotFoundException(_t('CSRF_TOKEN_FAIL_ERROR'));
        }
        return true;
    }
}
