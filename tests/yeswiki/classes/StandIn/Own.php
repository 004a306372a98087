<?php

declare(strict_types=1);

namespace YesWiki\StandIn;

use Symfony\Component\Security\Csrf\CsrfTokenManager;
use YesWiki\Bazar\Controller\EntryController;
use YesWiki\Bazar\Service\EntryManager;
use YesWiki\Core\Controller\AuthController;
use YesWiki\Core\Controller\CsrfTokenController;
use YesWiki\Core\Controller\PageController;
use YesWiki\Wiki;

/**
 * The actions and handlers of the wiki itself that the extension is hung on.
 *
 * Observed: `show` writes the page between the actions `header` and `footer`; `linkrss` and `linkstyle`, in the head, are
 * where an extension may add a line; an entry is shown by its form; the page `BazaR` adds, shows and lists entries.
 */
final class Own
{
    private const ACTIONS = ['header', 'footer', 'linkrss', 'linkstyle', 'linkjavascript', 'login', 'bazar', 'bazarliste'];
    private const HANDLERS = ['show', 'iframe', 'edit', 'editiframe', 'deletepage', 'raw'];

    public static function has(string $name, string $type): bool
    {
        return in_array($name, $type === 'action' ? self::ACTIONS : self::HANDLERS, true);
    }

    /** @param array<string, mixed> $vars */
    public static function run(Wiki $wiki, string $name, array $vars): string
    {
        switch ($name) {
            case 'header':
                $title = htmlspecialchars((string) $wiki->config['wakka_name']);
                return "<!DOCTYPE html>\n<html lang=\"fr\">\n<head>\n<meta charset=\"utf-8\">\n<title>$title</title>\n"
                    . $wiki->Action('linkrss') . $wiki->Action('linkstyle') . "</head>\n<body>\n";
            case 'linkrss':
                return "<link rel=\"alternate\" type=\"application/rss+xml\" href=\"{$wiki->Href('xml', 'DerniersChangementsRSS')}\">\n";
            case 'linkstyle':
                return $GLOBALS['css'];
            case 'footer':
                return $GLOBALS['js'] . "</body>\n</html>\n";
            case 'login':
                return self::login($wiki);
            case 'bazar':
                return self::bazar($wiki, $vars);
            case 'bazarliste':
                return self::list($wiki, (string) ($vars['id'] ?? ''));
            case 'raw':
                return $wiki->HasAccess('read') ? (string) ($wiki->page['body'] ?? '') : '';
            case 'edit':
            case 'editiframe':
                $entries = $wiki->services->get(EntryController::class);
                return self::page($wiki, $wiki->HasAccess('write') ? (string) $entries->update($wiki->tag) : '');
            case 'deletepage':
                return self::page($wiki, self::delete($wiki));
            default:
                return self::page($wiki, self::shown($wiki));
        }
    }

    private static function page(Wiki $wiki, string $inside): string
    {
        $header = $wiki->Header();
        return "$header<div class=\"page\">\n$inside\n</div>\n" . $wiki->Footer();
    }

    private static function shown(Wiki $wiki): string
    {
        if (!$wiki->HasAccess('read')) {
            return '<div class="alert alert-danger">LOGIN_NOT_AUTORIZED</div>';
        }
        if (!$wiki->page) {
            return 'NOT_FOUND_PAGE';
        }
        if ($wiki->services->get(EntryManager::class)->isEntry($wiki->tag)) {
            return (string) $wiki->services->get(EntryController::class)->view($wiki->tag);
        }
        return $wiki->Format($wiki->page['body']);
    }

    private static function login(Wiki $wiki): string
    {
        if (($_REQUEST['action'] ?? '') === 'login') {
            $auth = $wiki->services->get(AuthController::class);
            $auth->connect((string) ($_POST['name'] ?? ''), (string) ($_POST['password'] ?? ''));
        }
        return $wiki->GetUser() ? 'Déconnexion' : 'Se connecter';
    }

    /** @param array<string, mixed> $vars */
    private static function bazar(Wiki $wiki, array $vars): string
    {
        $id = (string) ($_GET['id'] ?? $vars['id'] ?? '');
        if (($_GET['vue'] ?? $vars['vue'] ?? '') === 'saisir') {
            return (string) $wiki->services->get(EntryController::class)->create($id);
        }
        return self::list($wiki, $id);
    }

    private static function list(Wiki $wiki, string $id): string
    {
        $html = '';
        foreach ($wiki->services->get(EntryManager::class)->search(['formsIds' => $id], true, true) as $entry) {
            $html .= '<li>' . htmlspecialchars((string) $entry['bf_titre']) . "</li>\n";
        }
        return "<ul class=\"bazar-list\">$html</ul>";
    }

    private static function delete(Wiki $wiki): string
    {
        if (!$wiki->UserIsOwner() && !$wiki->UserIsAdmin()) {
            return 'DELETEPAGE_NOT_OWNER';
        }
        if (($_GET['confirme'] ?? '') !== 'oui') {
            $token = htmlspecialchars($wiki->services->get(CsrfTokenManager::class)->getToken('main')->getValue());
            return $wiki->FormOpen('deletepage') . "<input type=\"hidden\" name=\"csrf-token\" value=\"$token\"></form>";
        }
        $wiki->services->get(CsrfTokenController::class)->checkToken('main', 'POST', 'csrf-token', false);
        return $wiki->services->get(PageController::class)->delete($wiki->tag) ? 'DELETEPAGE_MESSAGE' : '';
    }
}
