<?php
// Installs the site and writes its content; prints, as JSON, the id of each thing that the tests speak of.
define('WP_INSTALLING', true);
require __DIR__ . '/load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';

wp_install('Centre de ressources « Test »', 'eleonore.vautrin', 'eleonore.vautrin@exemple.org', true, '', 'mot-de-passe', 'fr_FR');
update_option('blogdescription', 'Retours d’expérience');
update_option('timezone_string', 'Europe/Paris');
update_option('permalink_structure', '/%year%/%monthnum%/%postname%/');
wp_set_current_user(1);
wp_update_user(array('ID' => 1, 'display_name' => 'Éléonore Vautrin-Lacaze', 'first_name' => 'Éléonore', 'last_name' => 'Vautrin-Lacaze'));
// The block editor as for who has used it: no window that welcomes them or offers models in front of it.
update_user_meta(1, $wpdb->get_blog_prefix() . 'persisted_preferences', array(
    'core/edit-post' => array('welcomeGuide' => false),
    'core' => array('enableChoosePatternModal' => false),
    '_modified' => gmdate('c'),
));
wp_delete_post(1, true); // « Bonjour tout le monde ! »

$ids = array();
$day = strtotime('2026-03-01 08:00:00');

function post($key, array $fields) {
    global $ids, $day;
    $day += 86400;
    $defaults = array('post_status' => 'publish', 'post_author' => 1, 'post_date' => gmdate('Y-m-d H:i:s', $day), 'post_content' => '<p>Texte.</p>');
    $id = wp_insert_post(wp_slash($fields + $defaults), true);
    if (is_wp_error($id)) {
        throw new Exception($id->get_error_message());
    }
    if ($key !== '') {
        $ids[$key] = $id;
    }
    return $id;
}

function initiative($key, array $fields, array $meta, array $themes) {
    $id = post($key, $fields + array('post_type' => 'initiative'));
    foreach ($meta as $name => $value) {
        update_post_meta($id, $name, $value);
    }
    wp_set_object_terms($id, $themes, 'thematique');
    return $id;
}

$categories = array();
foreach (array('Trame verte & bleue', 'Nature en ville', 'Espèces exotiques envahissantes') as $name) {
    $categories[$name] = wp_insert_term($name, 'category')['term_id'];
}
$categories['Mares'] = wp_insert_term('Mares', 'category', array('parent' => $categories['Trame verte & bleue']))['term_id'];
$ids['category'] = $categories['Nature en ville'];

post('phyto', array('post_title' => 'Zéro phyto dans les cimetières de Lyon', 'post_category' => array($categories['Nature en ville']),
    'tags_input' => array('collectivité', 'gestion différenciée'), 'post_excerpt' => 'Trois ans sans pesticides & des visiteurs « conquis ».',
    'post_content' => '<!-- wp:paragraph --><p>Coût : 12 000 € ; <a href="/docs/fiche.pdf">la fiche</a>.</p><!-- /wp:paragraph -->'));
post('mare', array('post_title' => 'Restaurer une mare — guide pratique', 'post_category' => array($categories['Mares'])));
post('renouee', array('post_title' => 'Lutte contre la renouée du Japon & l’ambroisie', 'post_category' => array($categories['Espèces exotiques envahissantes'])));
post('oasis', array('post_title' => 'Cour d’école à l’œuvre : l’été à Besançon', 'post_category' => array($categories['Nature en ville']),
    'post_content' => '<p>Une cour rafraîchie. Renseignements : <a href="mailto:jean.bonnot@exemple.org">jean.bonnot@exemple.org</a>, ou 06 12 34 56 78.</p>'));
$revised = post('revised', array('post_title' => 'Plan de gestion des haies', 'post_category' => array($categories['Trame verte & bleue']), 'post_content' => '<p>SECRET-REVISION</p>'));
wp_update_post(array('ID' => $revised, 'post_content' => '<p>Dix ans de haies.</p>'));
// Long ago, as the rest: what was modified today is read again at each visit.
$wpdb->update($wpdb->posts, array('post_modified' => '2026-03-20 09:00:00', 'post_modified_gmt' => '2026-03-20 08:00:00'), array('ID' => $revised));
wp_insert_comment(array('comment_post_ID' => $revised, 'comment_author' => 'SECRET-COMMENTATEUR', 'comment_content' => 'SECRET-COMMENTAIRE', 'comment_approved' => 1));

initiative('lyon', array('post_title' => 'Verger partagé de la Croix-Rousse', 'post_excerpt' => 'Des variétés anciennes en ville.'),
    array('commune' => 'Lyon', 'code_insee' => '69123', 'latitude' => 45.764043, 'longitude' => 4.835659, 'porteur' => 'Ville de Lyon',
        'licence' => 'CC BY-SA 4.0', 'courriel_referent' => 'referent.prive@exemple.org', '_note' => 'SECRET-META'),
    array('Nature en ville', 'Pollinisateurs'));
initiative('reunion', array('post_title' => 'Corridor des ravines'),
    array('commune' => 'Saint-Denis', 'code_insee' => '97411', 'latitude' => -20.882057, 'longitude' => 55.450675, 'licence' => 'Licence Ouverte 2.0'),
    array('Trame verte et bleue'));
initiative('nulle', array('post_title' => 'Prairie fleurie du coteau'), array('commune' => "L'Haÿ-les-Roses", 'code_insee' => '94038'), array('Pollinisateurs'));
initiative('etienne', array('post_title' => 'Atlas communal de Saint-Étienne'), array('commune' => 'St-Étienne', 'code_insee' => '42218', 'latitude' => 0, 'longitude' => 0), array());
// More than a page of the REST API, and more than a page of OAI-PMH.
wp_suspend_cache_invalidation(true);
for ($i = 1; $i <= 105; $i++) {
    initiative('', array('post_title' => sprintf('Fiche action n° %03d', $i)), array('commune' => 'Nantes', 'code_insee' => '44109'), array('Pollinisateurs'));
}
wp_suspend_cache_invalidation(false);

post('draft', array('post_title' => 'Brouillon du rapport annuel', 'post_status' => 'draft', 'post_content' => 'SECRET-BROUILLON'));
post('private', array('post_title' => 'Compte rendu confidentiel', 'post_status' => 'private', 'post_content' => 'SECRET-PRIVE'));
post('protected', array('post_title' => 'Dossier réservé aux adhérents', 'post_password' => 'sesame', 'post_content' => 'SECRET-PROTEGE', 'post_excerpt' => 'SECRET-EXTRAIT'));
post('future', array('post_title' => 'Annonce programmée', 'post_status' => 'future', 'post_date' => '2037-01-01 10:00:00', 'post_content' => 'SECRET-FUTUR'));
wp_trash_post(post('trashed', array('post_title' => 'Page jetée à la corbeille', 'post_content' => 'SECRET-CORBEILLE')));
wp_delete_post(post('deleted', array('post_title' => 'Note effacée pour de bon', 'post_content' => 'SECRET-EFFACE')), true);
post('internal', array('post_type' => 'guide_interne', 'post_title' => 'Manuel du personnel', 'post_content' => 'SECRET-INTERNE'));
initiative('initiative_draft', array('post_title' => 'Projet pas encore annoncé', 'post_status' => 'draft'), array('porteur' => 'SECRET-PORTEUR'), array());

delete_option('rewrite_rules'); // written again at the first request, with the partner's types
echo json_encode($ids);
