# One server on DigitalOcean with its firewall, names and alarms.

terraform {
  required_version = ">= 1.7"

  required_providers {
    digitalocean = {
      source  = "digitalocean/digitalocean"
      version = ">= 2.40, < 3.0"
    }
  }
}

locals {
  everywhere = ["0.0.0.0/0", "::/0"]
  tags       = concat(["leadengine"], var.tags)
  names      = var.dns == null ? [] : tolist(var.dns.names)
  pages      = { for name in local.names : name => name == "@" ? var.dns.zone : "${name}.${var.dns.zone}" }
}

module "first_boot" {
  source = "../first_boot"

  name            = var.name
  ssh_public_keys = var.ssh_public_keys
  host_key        = var.host_key
  packages        = var.packages
}

resource "digitalocean_ssh_key" "operator" {
  # Without one, DigitalOcean mails a password for root.
  for_each = { for index, key in var.ssh_public_keys : tostring(index) => key }

  name       = "${var.name}-${each.key}"
  public_key = each.value
}

resource "digitalocean_droplet" "host" {
  name       = var.name
  region     = var.region
  size       = var.size
  image      = var.image
  ipv6       = true
  monitoring = true
  backups    = var.backups
  ssh_keys   = [for key in digitalocean_ssh_key.operator : key.fingerprint]
  user_data  = module.first_boot.user_data
  tags       = local.tags

  lifecycle {
    # A newer image or another key is no reason to throw a live client's server away.
    ignore_changes = [image, user_data, ssh_keys]
  }
}

resource "digitalocean_firewall" "host" {
  name        = var.name
  droplet_ids = [digitalocean_droplet.host.id]

  inbound_rule {
    protocol         = "tcp"
    port_range       = "22"
    source_addresses = var.ssh_from
  }

  inbound_rule {
    protocol         = "tcp"
    port_range       = "80"
    source_addresses = local.everywhere
  }

  inbound_rule {
    protocol         = "tcp"
    port_range       = "443"
    source_addresses = local.everywhere
  }

  inbound_rule {
    protocol         = "icmp"
    source_addresses = local.everywhere
  }

  outbound_rule {
    protocol              = "tcp"
    port_range            = "1-65535"
    destination_addresses = local.everywhere
  }

  outbound_rule {
    protocol              = "udp"
    port_range            = "1-65535"
    destination_addresses = local.everywhere
  }

  outbound_rule {
    protocol              = "icmp"
    destination_addresses = local.everywhere
  }
}

resource "digitalocean_record" "a" {
  for_each = local.pages

  domain = var.dns.zone
  type   = "A"
  name   = each.key
  value  = digitalocean_droplet.host.ipv4_address
  ttl    = var.dns.ttl
}

resource "digitalocean_record" "aaaa" {
  for_each = local.pages

  domain = var.dns.zone
  type   = "AAAA"
  name   = each.key
  value  = digitalocean_droplet.host.ipv6_address
  ttl    = var.dns.ttl
}

resource "digitalocean_uptime_check" "page" {
  for_each = local.pages

  name    = each.value
  target  = "https://${each.value}/readyz"
  type    = "https"
  enabled = true
}

resource "digitalocean_uptime_alert" "page" {
  for_each = length(var.alarm_emails) == 0 ? {} : local.pages

  name     = each.value
  check_id = digitalocean_uptime_check.page[each.key].id
  type     = "down"
  period   = "2m"

  notifications {
    email = var.alarm_emails
  }
}

resource "digitalocean_monitor_alert" "disk" {
  count = length(var.alarm_emails) == 0 ? 0 : 1

  description = "${var.name}: the disk is nearly full"
  type        = "v1/insights/droplet/disk_utilization_percent"
  compare     = "GreaterThan"
  value       = 85
  window      = "10m"
  enabled     = true
  entities    = [digitalocean_droplet.host.id]

  alerts {
    email = var.alarm_emails
  }
}
