<?php
define( 'WP_INSTALLING', true );
require '/usr/share/wordpress/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
if ( ! is_blog_installed() ) {
	wp_install( 'A blog', 'admin', 'admin@blog.test', true, '', 'canary-blog-admin' );
}
