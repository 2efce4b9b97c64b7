<?php
/**
 * Plugin Name:       LeadEngine
 * Description:       Puts your company's LeadEngine concierge and visit counter on every page, and asks your consent banner first.
 * Version:           0.1.0
 * Requires at least: 6.3
 * Requires PHP:      7.4
 * Author:            LeadEngine
 * Text Domain:       leadengine
 *
 * @package LeadEngine
 */

defined( 'ABSPATH' ) || exit;

define( 'LEADENGINE_FILE', __FILE__ );
define( 'LEADENGINE_VERSION', '0.1.0' );

require_once __DIR__ . '/includes/options.php';
require_once __DIR__ . '/includes/snippet.php';
require_once __DIR__ . '/includes/privacy.php';

if ( is_admin() ) {
	require_once __DIR__ . '/includes/settings-page.php';
}
