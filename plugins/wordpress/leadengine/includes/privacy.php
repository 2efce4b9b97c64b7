<?php
/**
 * What a site's privacy policy may say of LeadEngine, and what its privacy tools are told.
 *
 * @package LeadEngine
 */

defined( 'ABSPATH' ) || exit;

add_action( 'admin_init', 'leadengine_suggest_policy' );

/**
 * Offer words for the site's privacy policy, with the address that data goes to.
 */
function leadengine_suggest_policy() {
	$host = leadengine_options()['host'];
	if ( ! function_exists( 'wp_add_privacy_policy_content' ) ) {
		return;
	}
	$where = '' === $host ? __( 'our LeadEngine server', 'leadengine' ) : $host;
	$text  = sprintf(
		/* translators: %s: a domain name */
		__( 'When you agree to statistics, the addresses of the pages you look at, the page you came from and what you enter in the chat are sent to %s. No cookie is set, and your IP address is not stored. To see or erase what is kept about you, write to us.', 'leadengine' ),
		$where
	);
	wp_add_privacy_policy_content( 'LeadEngine', wp_kses_post( wpautop( $text, false ) ) );
}

add_filter( 'wp_privacy_personal_data_exporters', 'leadengine_register_exporter' );
add_filter( 'wp_privacy_personal_data_erasers', 'leadengine_register_eraser' );

/**
 * Let Tools > Export Personal Data know that something is kept elsewhere.
 *
 * @param array<string,mixed> $exporters Those of WordPress and of other plugins.
 * @return array<string,mixed>
 */
function leadengine_register_exporter( $exporters ) {
	$exporters['leadengine'] = array(
		'exporter_friendly_name' => 'LeadEngine',
		'callback'               => 'leadengine_export',
	);
	return $exporters;
}

/**
 * The same for Tools > Erase Personal Data.
 *
 * @param array<string,mixed> $erasers Those of WordPress and of other plugins.
 * @return array<string,mixed>
 */
function leadengine_register_eraser( $erasers ) {
	$erasers['leadengine'] = array(
		'eraser_friendly_name' => 'LeadEngine',
		'callback'             => 'leadengine_erase',
	);
	return $erasers;
}

/**
 * This site keeps nothing of a person; where it is, and who hands it out, belongs into their file.
 *
 * @return array<string,mixed>
 */
function leadengine_export() {
	$place = leadengine_place_of_requests();
	$items = array();
	if ( '' !== $place ) {
		$items[] = array(
			'group_id'    => 'leadengine',
			'group_label' => 'LeadEngine',
			'item_id'     => 'leadengine-elsewhere',
			'data'        => array(
				array(
					'name'  => __( 'Visits, messages and contact details', 'leadengine' ),
					/* translators: %s: an address */
					'value' => sprintf( __( 'Kept by LeadEngine, and handed out at %s', 'leadengine' ), $place ),
				),
			),
		);
	}
	return array(
		'data' => $items,
		'done' => true,
	);
}

/**
 * Nothing is here to erase; whoever erases is told where the rest is, so that nobody believes it gone.
 *
 * @return array<string,mixed>
 */
function leadengine_erase() {
	$place    = leadengine_place_of_requests();
	$messages = array();
	if ( '' !== $place ) {
		/* translators: %s: an address */
		$messages[] = sprintf( __( 'LeadEngine may keep visits, messages and contact details of this person. Erase them at %s', 'leadengine' ), $place );
	}
	return array(
		'items_removed'  => false,
		'items_retained' => '' !== $place,
		'messages'       => $messages,
		'done'           => true,
	);
}

/**
 * Where people of the company look for a person in LeadEngine; empty while nothing is set up.
 *
 * @return string
 */
function leadengine_place_of_requests() {
	$host = leadengine_options()['host'];
	return '' === $host ? '' : 'https://' . $host . '/settings/requests';
}
