mock_provider "aws" {
  mock_data "aws_route53_zone" {
    defaults = { zone_id = "Z1" }
  }
}

variables {
  name            = "acme"
  ssh_public_keys = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey ann@example.com"]
  vpc_id          = "vpc-1"
  subnet_id       = "subnet-1"
  image           = "ami-1"
}

run "only_ssh_and_the_web" {
  command = plan

  variables {
    ssh_from = ["198.51.100.0/24", "2001:db8::/32"]
  }

  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.ssh) == 2
    error_message = "SSH is not limited to the networks that were named"
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.ssh["2001:db8::/32"].cidr_ipv6 == "2001:db8::/32"
    error_message = "IPv6 is not told from IPv4"
  }

  assert {
    condition     = toset(concat(values(aws_vpc_security_group_ingress_rule.web4)[*].from_port, values(aws_vpc_security_group_ingress_rule.web6)[*].from_port)) == toset([80, 443])
    error_message = "other ports than the web's are open"
  }
}

run "containers_do_not_reach_the_instance_s_credentials" {
  command = plan

  assert {
    condition     = aws_instance.host.metadata_options[0].http_tokens == "required" && aws_instance.host.metadata_options[0].http_put_response_hop_limit == 1
    error_message = "the metadata service answers containers"
  }

  assert {
    condition     = aws_instance.host.root_block_device[0].encrypted
    error_message = "the disk is not encrypted"
  }
}

run "names_lead_to_the_server" {
  command = apply

  variables {
    dns = { zone = "example.com", names = ["leads", "@"] }
  }

  assert {
    condition     = aws_route53_record.a["@"].name == "example.com" && aws_route53_record.a["leads"].name == "leads.example.com"
    error_message = "a name is not in its zone"
  }

  assert {
    condition     = aws_route53_health_check.page["leads"].resource_path == "/readyz"
    error_message = "nobody looks at the page"
  }
}

run "silence_is_no_success" {
  command = plan

  assert {
    condition     = aws_cloudwatch_metric_alarm.status.treat_missing_data == "breaching"
    error_message = "a server that says nothing counts as well"
  }
}

run "a_small_disk_is_refused" {
  command = plan

  variables {
    disk_gb = 20
  }

  expect_failures = [var.disk_gb]
}

run "a_network_is_a_network" {
  command = plan

  variables {
    ssh_from = ["anywhere"]
  }

  expect_failures = [var.ssh_from]
}
