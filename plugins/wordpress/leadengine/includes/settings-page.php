<?php
/**
 * Settings > LeadEngine.
 *
 * @package LeadEngine
 */

defined( 'ABSPATH' ) || exit;

add_action( 'admin_init', 'leadengine_register_settings' );
add_action( 'admin_menu', 'leadengine_add_page' );
add_filter( 'plugin_action_links_' . plugin_basename( LEADENGINE_FILE ), 'leadengine_link_settings' );

/**
 * Tell WordPress what the form may send; it checks the nonce and the capability.
 */
function leadengine_register_settings() {
	register_setting(
		'leadengine',
		LEADENGINE_OPTION,
		array(
			'type'              => 'array',
			'sanitize_callback' => 'leadengine_accept_form',
			'show_in_rest'      => false,
			'default'           => LEADENGINE_DEFAULTS,
		)
	);
}

/**
 * Take a form. A field that is refused is said, and keeps the value it had.
 *
 * @param mixed $given What the form sent.
 * @return array<string,mixed>
 */
function leadengine_accept_form( $given ) {
	$given = is_array( $given ) ? wp_unslash( $given ) : array();
	$clean = leadengine_clean_options( array_merge( array( 'exclude_roles' => array() ), $given ) );
	$kept  = leadengine_options();
	$asked = array(
		'host'   => __( 'The address is not a domain name. It looks like leads.example.com.', 'leadengine' ),
		'client' => __( 'The client ID is not one. It has 24 characters from 0 to 9 and a to f; the page Install of your dashboard shows it.', 'leadengine' ),
	);
	foreach ( $asked as $name => $sentence ) {
		$typed = isset( $given[ $name ] ) && is_string( $given[ $name ] ) ? trim( $given[ $name ] ) : '';
		if ( '' !== $typed && '' === $clean[ $name ] ) {
			add_settings_error( LEADENGINE_OPTION, 'leadengine_' . $name, $sentence );
			$clean[ $name ] = $kept[ $name ];
		}
	}
	return $clean;
}

/**
 * A page below "Settings", for those who may change settings.
 */
function leadengine_add_page() {
	add_options_page( 'LeadEngine', 'LeadEngine', 'manage_options', 'leadengine', 'leadengine_show_page' );
}

/**
 * A way to the settings from the list of plugins.
 *
 * @param string[] $links What stands there.
 * @return string[]
 */
function leadengine_link_settings( $links ) {
	$link = '<a href="' . esc_url( admin_url( 'options-general.php?page=leadengine' ) ) . '">' . esc_html__( 'Settings', 'leadengine' ) . '</a>';
	array_unshift( $links, $link );
	return $links;
}

/**
 * The form.
 */
function leadengine_show_page() {
	if ( ! current_user_can( 'manage_options' ) ) {
		return;
	}
	$options = leadengine_options();
	?>
	<div class="wrap">
		<h1>LeadEngine</h1>
		<p><?php esc_html_e( 'Both values stand on the page Install of your LeadEngine dashboard.', 'leadengine' ); ?></p>
		<form action="options.php" method="post">
			<?php settings_fields( 'leadengine' ); ?>
			<table class="form-table" role="presentation">
				<?php
				leadengine_show_text( 'host', __( 'Address', 'leadengine' ), $options['host'], 'leads.example.com' );
				leadengine_show_text( 'client', __( 'Client ID', 'leadengine' ), $options['client'], '0123456789abcdef01234567' );
				leadengine_show_consent( $options['consent'] );
				leadengine_show_roles( $options['exclude_roles'] );
				?>
			</table>
			<?php submit_button(); ?>
		</form>
	</div>
	<?php
}

/**
 * One row with a field for a line of text.
 *
 * @param string $name    Key of the setting.
 * @param string $label   What stands before it.
 * @param string $value   What is set.
 * @param string $example What it looks like.
 */
function leadengine_show_text( $name, $label, $value, $example ) {
	$id = 'leadengine-' . $name;
	?>
	<tr>
		<th scope="row"><label for="<?php echo esc_attr( $id ); ?>"><?php echo esc_html( $label ); ?></label></th>
		<td><input class="regular-text code" type="text" id="<?php echo esc_attr( $id ); ?>"
			name="<?php echo esc_attr( LEADENGINE_OPTION . '[' . $name . ']' ); ?>"
			value="<?php echo esc_attr( $value ); ?>" placeholder="<?php echo esc_attr( $example ); ?>"></td>
	</tr>
	<?php
}

/**
 * Whom to ask before anything is sent.
 *
 * @param string $value What is set.
 */
function leadengine_show_consent( $value ) {
	$choices = array(
		'ask'    => __( 'Wait for the consent banner (the WP Consent API); without one, send nothing', 'leadengine' ),
		'assume' => __( 'Send at once: I have another legal ground', 'leadengine' ),
	);
	?>
	<tr>
		<th scope="row"><?php esc_html_e( 'Consent', 'leadengine' ); ?></th>
		<td><fieldset><legend class="screen-reader-text"><?php esc_html_e( 'Consent', 'leadengine' ); ?></legend>
		<?php foreach ( $choices as $choice => $sentence ) : ?>
			<p><label><input type="radio" name="<?php echo esc_attr( LEADENGINE_OPTION ); ?>[consent]"
				value="<?php echo esc_attr( $choice ); ?>" <?php checked( $value, $choice ); ?>>
				<?php echo esc_html( $sentence ); ?></label></p>
		<?php endforeach; ?>
		</fieldset></td>
	</tr>
	<?php
}

/**
 * Whom not to count.
 *
 * @param string[] $excluded Names of roles.
 */
function leadengine_show_roles( $excluded ) {
	?>
	<tr>
		<th scope="row"><?php esc_html_e( 'Do not count', 'leadengine' ); ?></th>
		<td><fieldset><legend class="screen-reader-text"><?php esc_html_e( 'Do not count', 'leadengine' ); ?></legend>
		<?php foreach ( wp_roles()->get_names() as $role => $name ) : ?>
			<p><label><input type="checkbox" name="<?php echo esc_attr( LEADENGINE_OPTION ); ?>[exclude_roles][]"
				value="<?php echo esc_attr( $role ); ?>" <?php checked( in_array( $role, $excluded, true ) ); ?>>
				<?php echo esc_html( translate_user_role( $name ) ); ?></label></p>
		<?php endforeach; ?>
		</fieldset></td>
	</tr>
	<?php
}
