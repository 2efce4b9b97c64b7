<?php
/**
 * Deleted is deleted: nothing of the plugin stays in the database, on any site of a network.
 *
 * @package LeadEngine
 */

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

if ( is_multisite() ) {
	foreach ( get_sites( array( 'fields' => 'ids', 'number' => 0 ) ) as $leadengine_site ) {
		switch_to_blog( $leadengine_site );
		delete_option( 'leadengine' );
		restore_current_blog();
	}
} else {
	delete_option( 'leadengine' );
}
