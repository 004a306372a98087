<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

use Partageons\Core\Licences;
use Partageons\Core\Pairing;
use YesWiki\Bazar\Service\FormManager;
use YesWiki\Core\Controller\CsrfTokenController;
use YesWiki\Core\Service\ConfigurationService;
use YesWiki\Partageons\Service\Parts;
use YesWiki\Security\Controller\SecurityController;
use YesWiki\Wiki;

/** The page of the administrators: what it shows, and what becomes of its buttons. For administrators only. */
final class AdminPage
{
    /** Name of the page that the installation makes, and of the handler that shows the same anywhere. */
    public const TAG = 'PartageonsVert';
    public const HANDLER = 'partageons';
    public const TOKEN = 'partageons-admin';
    private const SAID = 'partageons_admin_said';

    private Wiki $wiki;
    private Parts $parts;
    private ConfigFile $file;
    private Words $words;
    private string $here;

    /** @param string $here the address of the page that shows it. */
    public function __construct(Wiki $wiki, string $here)
    {
        $this->wiki = $wiki;
        $this->here = $here;
        $this->parts = $wiki->services->get(Parts::class);
        $this->file = new ConfigFile($wiki->services->get(ConfigurationService::class));
        $this->words = new Words(static fn(string $key, array $values): string => _t($key, $values));
    }

    /**
     * What the template shows; a button that was pressed leads elsewhere instead.
     *
     * @param array<mixed> $sent
     * @return array<string, mixed>
     */
    public function data(array $sent): array
    {
        $act = is_string($sent['partageons_act'] ?? null) ? $sent['partageons_act'] : '';
        $chosen = null;
        if ($act === 'preview') {
            $chosen = AdminActs::chosen($sent, $this->numbers(), $this->parts->settings());
        } elseif ($act !== '') {
            $this->act($act, $sent);
        }
        return $this->shown($chosen);
    }

    /** @param array<mixed> $sent */
    private function act(string $act, array $sent): void
    {
        if ($this->hibernated()) {
            $told = ['part' => 'top', 'level' => 'warning', 'said' => 'HIBERNATED'];
        } elseif (!$this->trusted()) {
            $told = ['part' => 'top', 'level' => 'danger', 'said' => 'EXPIRED'];
        } else {
            if ($act === 'trial' && session_status() === PHP_SESSION_ACTIVE) {
                session_write_close(); // it takes long, and other pages of the same person would wait for it
            }
            $host = is_string($_SERVER['HTTP_HOST'] ?? null) ? $_SERVER['HTTP_HOST'] : '';
            $acts = new AdminActs($this->wiki, $this->parts, $this->file);
            $told = $acts->done($act, $sent, $this->numbers(), $host);
        }
        if ($told['said'] !== '') {
            $_SESSION[self::SAID] = $told;
        }
        $this->wiki->Redirect($this->here . '#partageons-' . $told['part']);
    }

    /** @return array<string, mixed> */
    private function shown(?Settings $unsaved): array
    {
        $settings = $unsaved ?? $this->parts->settings();
        $counts = $this->counts();
        $all = $counts->all();
        $choices = $this->choices($settings, $all);
        $kept = new FormPreviews($this->wiki, $this->parts, $counts, $this->words);
        $status = new Status($this->parts, $this->words);
        $readable = array_sum(array_column(array_intersect_key($all, array_flip($settings->forms)), 'readable'));
        $entries = array_sum(array_column(array_intersect_key($all, array_flip($settings->forms)), 'entries'));
        $pairing = $this->parts->pairing();
        $feed = $this->parts->address('oai');
        $stopped = $this->hibernated() ? 'HIBERNATED' : ($this->file->writable() ? '' : 'UNWRITABLE');
        return [
            'here' => $this->here,
            'said' => $this->said($stopped),
            'unsaved' => $unsaved !== null,
            'stopped' => $stopped,
            'next' => $this->next($settings, $pairing->state()),
            'forms' => $choices,
            'missing' => array_values(array_diff($settings->forms, array_column($choices, 'id'))),
            'licences' => $this->licences($settings->licence),
            'email' => $settings->email,
            'join' => [
                'state' => $pairing->state(),
                'waits' => in_array($pairing->state(), [Pairing::ASKED, Pairing::VERIFIED], true),
                'host' => (string) parse_url($pairing->address(), PHP_URL_HOST),
                'source' => $pairing->source(),
                'address' => $pairing->address(),
                'said' => $pairing->said(),
                'typed' => $this->parts->settings()->bridge,
                'ready' => $this->parts->settings()->forms !== [],
            ],
            'previews' => $kept->of($settings, $all),
            'facts' => $status->facts(),
            'trial' => $status->trial($entries > 0 && $readable === 0),
            'feed' => $feed,
            'identify' => $feed . (strpos($feed, '?') === false ? '?' : '&') . 'verb=Identify',
        ];
    }

    /**
     * @param array<string, array<string, int>> $all counts by number of the form.
     * @return list<array<string, mixed>>
     */
    private function choices(Settings $settings, array $all): array
    {
        $choices = [];
        foreach ($this->forms() as $id => $form) {
            $id = (string) $id;
            $count = ($all[$id] ?? []) + ['entries' => 0, 'readable' => 0, 'came' => 0, 'hidden' => 0];
            $said = [$this->words->count('FORM_ENTRIES', $count['entries'])];
            if ($count['readable'] < $count['entries']) {
                $said[] = $this->words->count('FORM_READABLE', $count['readable']);
            }
            if ($count['came'] > 0) {
                $said[] = $this->words->count('FORM_CAME', $count['came']);
            }
            if ($count['hidden'] > 0) {
                $said[] = $this->words->count('FORM_HIDDEN', $count['hidden']);
            }
            $known = (new Forms([$id], static fn(): array => $form))->one($id);
            $choices[] = [
                'id' => $id,
                'label' => Texts::line((string) ($form['bn_label_nature'] ?? '')),
                'ticked' => in_array($id, $settings->forms, true),
                'counts' => $said,
                'people' => $known === null ? '' : Withheld::people($known),
                'closed' => $count['entries'] > 0 && $count['readable'] === 0,
            ];
        }
        return $choices;
    }

    /** @return list<array<string, mixed>> */
    private function licences(string $chosen): array
    {
        $licences = [];
        $offered = Licences::OFFERED;
        if (!isset($offered[$chosen])) {
            $offered = [$chosen => ''] + $offered;
        }
        $number = 0;
        foreach ($offered as $value => $url) {
            $key = isset(Licences::OFFERED[$value]) ? ['LO', 'BY', 'BYSA', 'BYNCSA', 'CC0', 'NONE'][$number++] : 'OWN';
            $licences[] = [
                'value' => $value,
                'name' => $key === 'OWN' ? (string) $value : $this->words->say("LICENCE_{$key}_NAME"),
                'says' => $this->words->say("LICENCE_$key"),
                'url' => $url,
                'chosen' => (string) $value === $chosen,
            ];
        }
        return $licences;
    }

    /** What remains to be done, in one sentence. */
    private function next(Settings $settings, string $state): string
    {
        if ($settings->forms === []) {
            return $this->words->say('NEXT_TICK');
        }
        if (in_array($state, [Pairing::ASKED, Pairing::VERIFIED], true)) {
            return $this->words->say('NEXT_WAIT');
        }
        return $state === Pairing::ACCEPTED ? '' : $this->words->say('NEXT_JOIN');
    }

    /**
     * What the last button led to, once.
     *
     * @param string $stopped what the page says already.
     * @return array{level: string, part: string, text: string}|null
     */
    private function said(string $stopped): ?array
    {
        $told = $_SESSION[self::SAID] ?? null;
        unset($_SESSION[self::SAID]);
        if (!is_array($told) || !is_string($told['said'] ?? null) || $told['said'] === $stopped) {
            return null;
        }
        $level = (string) ($told['level'] ?? 'info');
        $part = (string) ($told['part'] ?? '');
        return ['level' => $level, 'part' => $part, 'text' => $this->words->say($told['said'])];
    }

    private function counts(): FormCounts
    {
        $config = $this->wiki->config;
        $visitor = new Visitor((string) ($config['default_read_acl'] ?? '*'));
        return new FormCounts($this->parts->connection(), (string) $config['table_prefix'], $visitor);
    }

    /** @return array<int|string, array<string, mixed>> */
    private function forms(): array
    {
        return $this->wiki->services->get(FormManager::class)->getAll();
    }

    /** @return list<string> */
    private function numbers(): array
    {
        return array_map('strval', array_keys($this->forms()));
    }

    private function hibernated(): bool
    {
        return $this->wiki->services->get(SecurityController::class)->isWikiHibernated();
    }

    /** Whether the form comes from this very page. */
    private function trusted(): bool
    {
        $tokens = $this->wiki->services->get(CsrfTokenController::class);
        try {
            return $tokens->checkToken(self::TOKEN, 'POST', 'partageons_token', false) === true;
        } catch (\Throwable $refused) {
            return false;
        }
    }
}
