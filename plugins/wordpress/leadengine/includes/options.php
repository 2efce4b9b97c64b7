<?php
/**
 * What a person may set, and what is believed of it. Everything is kept in one option.
 *
 * @package LeadEngine
 */

defined( 'ABSPATH' ) || exit;

const LEADENGINE_OPTION = 'leadengine';

const LEADENGINE_DEFAULTS = array(
	'host'          => '',
	'client'        => '',
	'consent'       => 'ask',
	'exclude_roles' => array( 'administrator' ),
);

/**
 * The settings, complete and of the right types whatever the database holds.
 *
 * @return array{host:string,client:string,consent:string,exclude_roles:string[]}
 */
function leadengine_options() {
	$kept = get_option( LEADENGINE_OPTION, array() );
	return leadengine_clean_options( is_array( $kept ) ? $kept : array() );
}

/**
 * Take what is allowed from what was given; what is not becomes empty, and nothing is shown then.
 *
 * @param array<string,mixed> $given Settings of a form or of the database.
 * @return array{host:string,client:string,consent:string,exclude_roles:string[]}
 */
function leadengine_clean_options( $given ) {
	$given = array_merge( LEADENGINE_DEFAULTS, $given );
	$roles = is_array( $given['exclude_roles'] ) ? $given['exclude_roles'] : array();
	return array(
		'host'          => leadengine_clean_host( $given['host'] ),
		'client'        => leadengine_clean_client( $given['client'] ),
		'consent'       => 'assume' === $given['consent'] ? 'assume' : 'ask',
		'exclude_roles' => array_values( array_filter( array_map( 'sanitize_key', array_filter( $roles, 'is_string' ) ) ) ),
	);
}

/**
 * A domain name, given bare or as an https address; empty when it is neither.
 *
 * @param mixed $given What a person typed.
 * @return string
 */
function leadengine_clean_host( $given ) {
	$text = is_string( $given ) ? strtolower( trim( $given ) ) : '';
	$text = preg_replace( '#^https://#', '', $text );
	$text = preg_replace( '#/(pixel\.js)?$#', '', $text );
	$name = '(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])';
	return strlen( $text ) <= 253 && preg_match( '/\A' . $name . '\z/', $text ) ? $text : '';
}

/**
 * A client ID as the page "Install" of the dashboard shows it; empty when it is none.
 *
 * @param mixed $given What a person typed.
 * @return string
 */
function leadengine_clean_client( $given ) {
	$text = is_string( $given ) ? strtolower( trim( $given ) ) : '';
	return preg_match( '/\A[0-9a-f]{24}\z/', $text ) ? $text : '';
}
