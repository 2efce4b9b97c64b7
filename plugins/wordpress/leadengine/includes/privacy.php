<?php
/**
 * What a site's privacy policy may say of LeadEngine.
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
