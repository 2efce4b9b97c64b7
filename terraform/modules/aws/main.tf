# One server on EC2 with its address, firewall, names and alarms.

terraform {
  required_version = ">= 1.7"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.80, < 7.0"
    }
  }
}

locals {
  tags = merge(var.tags, { Name = var.name, leadengine = "host" })
  web  = toset(["80", "443"])
  ssh4 = [for network in var.ssh_from : network if !strcontains(network, ":")]
  ssh6 = [for network in var.ssh_from : network if strcontains(network, ":")]
  names = var.dns == null ? {} : {
    for name in var.dns.names : name => name == "@" ? var.dns.zone : "${name}.${var.dns.zone}"
  }
}

module "first_boot" {
  source = "../first_boot"

  name            = var.name
  user            = var.user
  ssh_public_keys = var.ssh_public_keys
  host_key        = var.host_key
  packages        = var.packages
}

data "aws_ami" "debian" {
  count = var.image == null ? 1 : 0

  most_recent = true
  owners      = ["136693071363"] # Debian's own account

  filter {
    name   = "name"
    values = ["debian-13-amd64-*"]
  }
}

resource "aws_security_group" "host" {
  name        = var.name
  description = "SSH and the web (LeadEngine)"
  vpc_id      = var.vpc_id
  tags        = local.tags
}

resource "aws_vpc_security_group_ingress_rule" "ssh" {
  for_each = toset(concat(local.ssh4, local.ssh6))

  security_group_id = aws_security_group.host.id
  description       = "SSH"
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
  cidr_ipv4         = strcontains(each.key, ":") ? null : each.key
  cidr_ipv6         = strcontains(each.key, ":") ? each.key : null
}

resource "aws_vpc_security_group_ingress_rule" "web4" {
  for_each = local.web

  security_group_id = aws_security_group.host.id
  description       = "The web"
  ip_protocol       = "tcp"
  from_port         = tonumber(each.key)
  to_port           = tonumber(each.key)
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_vpc_security_group_ingress_rule" "web6" {
  for_each = local.web

  security_group_id = aws_security_group.host.id
  description       = "The web"
  ip_protocol       = "tcp"
  from_port         = tonumber(each.key)
  to_port           = tonumber(each.key)
  cidr_ipv6         = "::/0"
}

resource "aws_vpc_security_group_egress_rule" "all4" {
  security_group_id = aws_security_group.host.id
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_vpc_security_group_egress_rule" "all6" {
  security_group_id = aws_security_group.host.id
  ip_protocol       = "-1"
  cidr_ipv6         = "::/0"
}

resource "aws_instance" "host" {
  ami                    = coalesce(var.image, one(data.aws_ami.debian[*].id))
  instance_type          = var.size
  subnet_id              = var.subnet_id
  vpc_security_group_ids = [aws_security_group.host.id]
  user_data              = module.first_boot.user_data
  tags                   = local.tags

  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 1 # containers do not reach the instance's credentials
  }

  root_block_device {
    volume_size = var.disk_gb
    volume_type = "gp3"
    encrypted   = true
    tags        = local.tags
  }

  lifecycle {
    # A newer image or another key is no reason to throw a live client's server away.
    ignore_changes = [ami, user_data]
  }
}

resource "aws_eip" "host" {
  domain   = "vpc"
  instance = aws_instance.host.id
  tags     = local.tags
}

data "aws_route53_zone" "zone" {
  count = var.dns == null ? 0 : 1

  name = var.dns.zone
}

resource "aws_route53_record" "a" {
  for_each = local.names

  zone_id = data.aws_route53_zone.zone[0].zone_id
  name    = each.value
  type    = "A"
  ttl     = var.dns.ttl
  records = [aws_eip.host.public_ip]
}

resource "aws_cloudwatch_metric_alarm" "status" {
  alarm_name          = "${var.name}-status"
  alarm_description   = "The server fails AWS's own checks"
  namespace           = "AWS/EC2"
  metric_name         = "StatusCheckFailed"
  dimensions          = { InstanceId = aws_instance.host.id }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 60
  evaluation_periods  = 3
  treat_missing_data  = "breaching" # silence is no success
  alarm_actions       = var.alarm_topics
  ok_actions          = var.alarm_topics
  tags                = local.tags
}

resource "aws_route53_health_check" "page" {
  for_each = local.names

  fqdn              = each.value
  type              = "HTTPS"
  port              = 443
  resource_path     = "/readyz"
  request_interval  = 30
  failure_threshold = 3
  tags              = merge(local.tags, { Name = each.value })
}
