mock_provider "digitalocean" {}

variables {
  name            = "acme"
  ssh_public_keys = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey ann@example.com"]
  region          = "fra1"
}

run "only_ssh_and_the_web" {
  command = apply

  assert {
    condition     = toset([for rule in digitalocean_firewall.host.inbound_rule : rule.port_range if rule.protocol == "tcp"]) == toset(["22", "80", "443"])
    error_message = "other ports are open"
  }
}

run "names_alarms_and_checks" {
  command = apply

  variables {
    dns          = { zone = "example.com", names = ["leads"] }
    alarm_emails = ["ops@example.com"]
  }

  assert {
    condition     = digitalocean_uptime_check.page["leads"].target == "https://leads.example.com/readyz"
    error_message = "nobody looks at the page"
  }
}
