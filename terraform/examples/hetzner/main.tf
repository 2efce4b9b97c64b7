# A server at Hetzner for the client acme. The token comes from HCLOUD_TOKEN.

terraform {
  required_version = ">= 1.7"

  required_providers {
    hcloud = {
      source  = "hetznercloud/hcloud"
      version = ">= 1.54, < 2.0"
    }
  }
}

variable "ssh_public_keys" {
  description = "Who may sign in."
  type        = list(string)
}

module "acme" {
  source = "../../modules/hetzner"

  name            = "acme"
  location        = "fsn1"
  ssh_public_keys = var.ssh_public_keys
  protect         = true
  dns             = { zone = "example.com", names = ["leads"] }
}

output "prepare" {
  description = "What to run next."
  value       = module.acme.prepare
}
