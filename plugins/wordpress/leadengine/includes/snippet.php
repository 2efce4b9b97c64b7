<?php
/**
 * The one snippet of a page, put there through WordPress' own queue so that consent banners and optimisers see it.
 *
 * @package LeadEngine
 */

defined( 'ABSPATH' ) || exit;

add_action( 'wp_enqueue_scripts', 'leadengine_enqueue' );
add_filter( 'wp_consent_api_registered_' . plugin_basename( LEADENGINE_FILE ), '__return_true' );

/**
 * Ask for the script, with the calls that must be there before it.
 */
function leadengine_enqueue() {
	$options = leadengine_options();
	if ( '' === $options['host'] || '' === $options['client'] || ! leadengine_is_wanted( $options ) ) {
		return;
	}
	$source = 'https://' . $options['host'] . '/pixel.js';
	// Null: the address stays as it is, the stack decides how long it is kept.
	// phpcs:ignore WordPress.WP.EnqueuedResourceParameters.MissingVersion
	wp_enqueue_script( 'leadengine', $source, array(), null, array( 'strategy' => 'async', 'in_footer' => false ) );
	wp_add_inline_script( 'leadengine', leadengine_calls( $options ), 'before' );
	if ( 'ask' === $options['consent'] ) {
		$follow = plugins_url( 'assets/consent.js', LEADENGINE_FILE );
		wp_enqueue_script( 'leadengine-consent', $follow, array(), LEADENGINE_VERSION, array( 'in_footer' => true ) );
	}
}

/**
 * Whether this page and this person are to be counted at all.
 *
 * @param array<string,mixed> $options The settings.
 * @return bool
 */
function leadengine_is_wanted( $options ) {
	if ( is_admin() || is_feed() || is_preview() || is_customize_preview() ) {
		return false;
	}
	return ! array_intersect( $options['exclude_roles'], wp_get_current_user()->roles );
}

/**
 * The queue that keeps calls until the script is there, and the first call.
 *
 * @param array<string,mixed> $options The settings.
 * @return string JavaScript; every value in it is JSON without a character that HTML knows.
 */
function leadengine_calls( $options ) {
	$flags  = JSON_HEX_TAG | JSON_HEX_AMP | JSON_HEX_APOS | JSON_HEX_QUOT;
	$client = wp_json_encode( $options['client'], $flags );
	$start  = wp_json_encode( array( 'consent' => 'ask' === $options['consent'] ? 'denied' : 'granted' ), $flags );
	return "window.le=window.le||function(){(le.q=le.q||[]).push(arguments)};le('init',{$client},{$start});";
}
