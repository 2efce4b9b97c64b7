# One server on Hetzner Cloud with its firewall and names. Hetzner has no alarms of its own: the role
# `monitoring` of ansible/, or any uptime check of https://NAME/readyz, takes their place.

terraform {
  required_version = ">= 1.7"

  required_providers {
    hcloud = {
      source  = "hetznercloud/hcloud"
      version = ">= 1.54, < 2.0" # DNS zones came with 1.54
    }
  }
}

locals {
  everywhere = ["0.0.0.0/0", "::/0"]
  labels     = merge(var.labels, { leadengine = "host" })
  names      = var.dns == null ? toset([]) : var.dns.names
}

module "first_boot" {
  source = "../first_boot"

  name            = var.name
  ssh_public_keys = var.ssh_public_keys
  host_key        = var.host_key
  packages        = var.packages
}

resource "hcloud_ssh_key" "operator" {
  # Without one, Hetzner mails a password for root.
  for_each = { for index, key in var.ssh_public_keys : tostring(index) => key }

  name       = "${var.name}-${each.key}"
  public_key = each.value
  labels     = local.labels
}

resource "hcloud_firewall" "host" {
  name   = var.name
  labels = local.labels

  rule {
    description = "SSH"
    direction   = "in"
    protocol    = "tcp"
    port        = "22"
    source_ips  = var.ssh_from
  }

  rule {
    description = "The web"
    direction   = "in"
    protocol    = "tcp"
    port        = "80"
    source_ips  = local.everywhere
  }

  rule {
    description = "The web, encrypted"
    direction   = "in"
    protocol    = "tcp"
    port        = "443"
    source_ips  = local.everywhere
  }

  rule {
    description = "What networks need to work"
    direction   = "in"
    protocol    = "icmp"
    source_ips  = local.everywhere
  }
}

resource "hcloud_server" "host" {
  name               = var.name
  location           = var.location
  server_type        = var.size
  image              = var.image
  ssh_keys           = [for key in hcloud_ssh_key.operator : key.id]
  firewall_ids       = [hcloud_firewall.host.id]
  user_data          = module.first_boot.user_data
  backups            = var.backups
  delete_protection  = var.protect
  rebuild_protection = var.protect
  labels             = local.labels

  public_net {
    ipv4_enabled = true
    ipv6_enabled = true
  }

  lifecycle {
    # A newer image or another key is no reason to throw a live client's server away.
    ignore_changes = [image, user_data, ssh_keys]
  }
}

resource "hcloud_zone_rrset" "a" {
  for_each = local.names

  zone    = var.dns.zone
  name    = each.key
  type    = "A"
  ttl     = var.dns.ttl
  records = [{ value = hcloud_server.host.ipv4_address }]
}

resource "hcloud_zone_rrset" "aaaa" {
  for_each = local.names

  zone    = var.dns.zone
  name    = each.key
  type    = "AAAA"
  ttl     = var.dns.ttl
  records = [{ value = hcloud_server.host.ipv6_address }]
}
