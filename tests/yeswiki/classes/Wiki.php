<?php

declare(strict_types=1);

namespace YesWiki;

use Symfony\Component\HttpFoundation\Request;
use YesWiki\Core\Exception\ExitException;
use YesWiki\Core\Service\AclService;
use YesWiki\Core\Service\AssetsManager;
use YesWiki\Core\Service\PageManager;
use YesWiki\Core\Service\Performer;
use YesWiki\Core\Service\TemplateEngine;
use YesWiki\Core\Service\TripleStore;
use YesWiki\Core\Service\UserManager;
use YesWiki\Core\Controller\AuthController;
use YesWiki\StandIn\Kernel;

/**
 * The object that everything of a YesWiki hangs on.
 *
 * Observed: `config` holds, once the services are made, the parameters of every extension under those of
 * `wakka.config.php`; `Href` puts parameters after `&`, or after `?` in rewrite mode, and escapes them unless it is
 * told not to; a page's owner may do anything; `UserIsAdmin` asks the group « admins », whoever is given or logged in;
 * what it appends to the journal of deletions is a page, saved as any page is.
 */
class Wiki
{
    public $config;
    public $dblink;
    public $method;
    public $page;
    public $tag;
    public $parameter = [];
    public $request;
    public $output;
    public $extensions = [];
    public $routes;
    public $services;
    public $actionObjects = [];
    public $_groupsCache = [];

    /** @param array<string, mixed> $config what `wakka.config.php` holds. */
    public function __construct(array $config = [], string $tag = '', string $method = '')
    {
        $this->config = $config + [
            'wakka_name' => 'Wiki d’essai',
            'base_url' => 'https://wiki.exemple.fr/?',
            'rewrite_mode' => '0',
            'root_page' => 'PagePrincipale',
            'table_prefix' => 'yeswiki_',
            'default_read_acl' => '*',
            'default_write_acl' => '*',
            'default_comment_acl' => 'comments-closed',
            'timezone' => 'Europe/Paris',
            'favorite_theme' => 'margot',
            'debug' => 'no',
            'BAZ_ETAT_VALIDATION' => '1',
            'BAZ_ENVOI_MAIL_ADMIN' => false,
        ];
        date_default_timezone_set($this->config['timezone']);
        $GLOBALS['wiki'] = $this;
        $this->tag = $tag;
        $this->method = $method;
        Kernel::load($this);
        $this->request = Request::createFromGlobals();
    }

    public function GetPageTag()
    {
        return $this->tag;
    }

    public function GetMethod()
    {
        return ['iframe' => 'show', 'editiframe' => 'edit'][$this->method] ?? $this->method;
    }

    public function GetConfigValue($name, $default = null)
    {
        if (!isset($this->config[$name])) {
            return $default ?? '';
        }
        return is_array($this->config[$name]) ? $this->config[$name] : trim((string) $this->config[$name]);
    }

    public function getBaseUrl()
    {
        return preg_replace('#/\??$#', '', $this->config['base_url']);
    }

    public function MiniHref($method = null, $tag = null)
    {
        return (trim((string) $tag) ?: $this->tag) . ($method ? "/$method" : '');
    }

    public function Href($method = null, $tag = null, $params = null, $htmlspchars = true)
    {
        $and = $htmlspchars ? '&amp;' : '&';
        if (is_array($params)) {
            $kept = array_filter($params, static fn ($value): bool => !empty($value) || in_array($value, [0, '0', ''], true));
            $pairs = array_map(static fn ($key, $value): string => "$key=" . urlencode((string) $value), array_keys($kept), $kept);
            $params = implode($and, $pairs);
        }
        return $this->config['base_url'] . $this->MiniHref($method, $tag)
            . ($params ? ($this->config['rewrite_mode'] ? '?' : $and) . $params : '');
    }

    /** @throws ExitException always: a page ends there. */
    public function Redirect($url)
    {
        header("Location: $url", true, 302);
        $this->exit();
    }

    /** @throws ExitException always. */
    public function exit(string $message = '')
    {
        throw new ExitException($message);
    }

    public function isCli(): bool
    {
        return PHP_SAPI === 'cli';
    }

    public function GetParameter($parameter, $default = '')
    {
        return $this->parameter[$parameter] ?? $default;
    }

    public function setParameter($parameter, $value)
    {
        $this->parameter[$parameter] = $value;
    }

    /** @param string $action name and parameters, as between `{{` and `}}`. */
    public function Action($action, $forceLinkTracking = 0, $vars = [])
    {
        preg_match('#^([\w-]+)/?(.*)$#s', trim(str_replace("\n", ' ', $action)), $said);
        preg_match_all('/(\w*)="(.*)"/U', $said[2] ?? '', $given);
        $vars = array_merge($vars, array_combine($given[1], $given[2]));
        $this->actionObjects[] = ['action' => $said[1] ?? '', 'vars' => $vars];
        return $this->services->get(Performer::class)->run($said[1] ?? '', 'action', $vars);
    }

    public function Method($method)
    {
        return $this->services->get(Performer::class)->run($method, 'handler', []);
    }

    /** Text of a page: its actions are run, the rest is escaped; the real one knows much more. */
    public function Format($text, $formatter = 'wakka', $pageTag = '')
    {
        $pieces = preg_split('/\{\{(.*?)\}\}/s', (string) $text, -1, PREG_SPLIT_DELIM_CAPTURE);
        $html = '';
        foreach ($pieces as $at => $piece) {
            $html .= $at % 2 ? $this->Action($piece) : nl2br(htmlspecialchars($piece));
        }
        return $html;
    }

    public function Header()
    {
        return $this->services->get(Performer::class)->run('header', 'action', []);
    }

    public function Footer()
    {
        return $this->services->get(Performer::class)->run('footer', 'action', []);
    }

    public function FormOpen($method = '', $tag = '', $formMethod = 'post', $class = '')
    {
        return '<form action="' . $this->Href($method, $tag) . "\" method=\"$formMethod\" class=\"$class\">";
    }

    public function FormClose()
    {
        return "</form>\n";
    }

    public function render($templatePath, $data)
    {
        return $this->services->get(TemplateEngine::class)->render($templatePath, $data);
    }

    public function GetUser()
    {
        return $this->services->get(AuthController::class)->getLoggedUser();
    }

    public function GetUserName()
    {
        return $this->services->get(AuthController::class)->getLoggedUserName();
    }

    public function UserIsAdmin($user = null)
    {
        return $this->services->get(UserManager::class)->isInGroup(ADMIN_GROUP, $user, false);
    }

    public function UserIsInGroup($group, $user = null, $admincheck = true)
    {
        return $this->services->get(UserManager::class)->isInGroup($group, $user, $admincheck);
    }

    /** Of whoever is logged in, whatever name a right is asked for. */
    public function UserIsOwner($tag = '')
    {
        return (bool) $this->GetUser() && $this->GetPageOwner(trim((string) $tag) ?: $this->tag) == $this->GetUserName();
    }

    public function GetPageOwner($tag = '', $time = '')
    {
        return $this->services->get(PageManager::class)->getOwner($tag);
    }

    public function HasAccess($privilege, $tag = '', $user = '')
    {
        return $this->services->get(AclService::class)->hasAccess($privilege, $tag, $user);
    }

    public function CheckACL($acl, $user = null, $admincheck = true, $tag = '', $mode = '')
    {
        return $this->services->get(AclService::class)->check($acl, $user, $admincheck, $tag, $mode);
    }

    public function SaveAcl($tag, $privilege, $list, $appendAcl = false)
    {
        return $this->services->get(AclService::class)->save($tag, $privilege, $list, $appendAcl);
    }

    public function GetGroupACL($group)
    {
        return $this->_groupsCache[$group] ??= $this->GetTripleValue($group, WIKINI_VOC_ACLS, GROUP_PREFIX);
    }

    /** @return list<string> */
    public function GetGroupsList()
    {
        $found = $this->services->get(TripleStore::class)->getMatching(GROUP_PREFIX . '%', WIKINI_VOC_ACLS_URI);
        return array_map(static fn (array $row): string => substr($row['resource'], strlen(GROUP_PREFIX)), $found);
    }

    public function GetModuleACL($module, $module_type)
    {
        $prefix = $module_type === 'action' ? WIKINI_VOC_ACTIONS_PREFIX : WIKINI_VOC_HANDLERS_PREFIX;
        return $this->GetTripleValue(strtolower($module), WIKINI_VOC_ACLS, $prefix) ?? '*';
    }

    public function CheckModuleACL($module, $module_type, $user = null)
    {
        return $this->CheckACL($this->GetModuleACL($module, $module_type), $user);
    }

    public function GetTripleValue($resource, $property, $re_prefix = THISWIKI_PREFIX, $prop_prefix = WIKINI_VOC_PREFIX)
    {
        return $this->services->get(TripleStore::class)->getOne($resource, $property, $re_prefix, $prop_prefix);
    }

    public function LoadPage($tag, $time = '', $cache = 1)
    {
        return $this->services->get(PageManager::class)->getOne($tag, $time, (bool) $cache);
    }

    public function SavePage($tag, $body, $comment_on = '', $bypass_acls = false)
    {
        return $this->services->get(PageManager::class)->save($tag, $body, $comment_on, $bypass_acls);
    }

    public function LogAdministrativeAction($user, $content, $page = '')
    {
        $tag = $page ?: 'LogDesActionsAdministratives' . date('Ymd');
        $line = "\n" . date('Y-m-d H:i:s') . " . . . . $user . . . . $content\n";
        return $this->SavePage($tag, ($this->LoadPage($tag)['body'] ?? '') . $line, '', true);
    }

    public function AddCSS($style)
    {
        $this->services->get(AssetsManager::class)->AddCSS($style);
    }

    public function AddCSSFile($file)
    {
        $this->services->get(AssetsManager::class)->AddCSSFile($file);
    }

    public function AddJavascript($script)
    {
        $this->services->get(AssetsManager::class)->AddJavascript($script);
    }

    public function AddJavascriptFile($file, $first = false, $module = false)
    {
        $this->services->get(AssetsManager::class)->AddJavascriptFile($file, $first, $module);
    }

    public function Query($query)
    {
        return $this->services->get(Core\Service\DbService::class)->query($query);
    }

    public function LoadAll($query)
    {
        return $this->services->get(Core\Service\DbService::class)->loadAll($query);
    }

    public function LoadSingle($query)
    {
        return $this->services->get(Core\Service\DbService::class)->loadSingle($query);
    }
}
