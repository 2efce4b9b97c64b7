mock_provider "hcloud" {}

variables {
  name            = "acme"
  ssh_public_keys = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey ann@example.com"]
  location        = "fsn1"
}

run "only_ssh_and_the_web" {
  command = plan

  assert {
    condition     = toset([for rule in hcloud_firewall.host.rule : rule.port if rule.protocol == "tcp"]) == toset(["22", "80", "443"])
    error_message = "other ports are open"
  }
}
