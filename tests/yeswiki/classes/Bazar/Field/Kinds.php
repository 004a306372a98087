<?php

declare(strict_types=1);

namespace YesWiki\Bazar\Field;

/** The first part of a line of a form, and the class of its field. */
final class Kinds
{
    public const OF = [
        'texte' => TextField::class, 'textelong' => TextareaField::class, 'titre' => TitleField::class,
        'liste' => EnumField::class, 'radio' => EnumField::class, 'checkbox' => CheckboxListField::class,
        'listefiche' => EntryListField::class, 'radiofiche' => EntryListField::class,
        'checkboxfiche' => EntryListField::class, 'tags' => TagsField::class, 'image' => FileField::class,
        'fichier' => FileField::class, 'lien_internet' => LinkField::class, 'champs_mail' => EmailField::class,
        'mot_de_passe' => PasswordField::class, 'utilisateur_wikini' => UserField::class,
        'yeswiki_user' => UserField::class, 'jour' => DateField::class, 'listedatedeb' => DateField::class,
        'listedatefin' => DateField::class, 'map' => MapField::class, 'carte_google' => MapField::class,
        'champs_cache' => HiddenField::class, 'labelhtml' => LabelField::class, 'metadatas' => LabelField::class,
        'acls' => AclField::class, 'calc' => BazarField::class, 'bookmarklet' => BazarField::class,
    ];
}
