# A server at DigitalOcean for the client acme. The token comes from DIGITALOCEAN_TOKEN.

terraform {
  required_version = ">= 1.7"

  required_providers {
    digitalocean = {
      source  = "digitalocean/digitalocean"
      version = ">= 2.40, < 3.0"
    }
  }
}

variable "ssh_public_keys" {
  description = "Who may sign in."
  type        = list(string)
}

module "acme" {
  source = "../../modules/digitalocean"

  name            = "acme"
  region          = "fra1"
  ssh_public_keys = var.ssh_public_keys
  alarm_emails    = ["ops@example.com"]
  dns             = { zone = "example.com", names = ["leads"] }
}

output "prepare" {
  description = "What to run next."
  value       = module.acme.prepare
}
