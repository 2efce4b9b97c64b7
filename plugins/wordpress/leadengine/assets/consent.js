/* Tells LeadEngine what the site's consent banner knows (the WP Consent API), now and whenever it changes. */
(function () {
	'use strict';
	var category = 'statistics';

	function tell(allowed) {
		window.le('consent', { analytics: allowed });
	}

	document.addEventListener('wp_listen_for_consent_change', function (event) {
		var changed = event.detail || {};
		if (Object.prototype.hasOwnProperty.call(changed, category)) {
			tell(changed[category] === 'allow');
		}
	});
	// Without a banner that speaks this API nobody was asked, and nothing is sent.
	if (typeof window.wp_has_consent === 'function') {
		tell(window.wp_has_consent(category));
	}
})();
