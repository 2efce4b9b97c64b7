"""What a look at a host means, held against the hardening baseline. Pure, but for `audit`."""
