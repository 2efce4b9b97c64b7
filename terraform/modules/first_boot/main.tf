# What a server does at its first boot, as cloud-init reads it: the operator's keys, the host key that is
# known before anybody signs in, and nothing that would keep it from being prepared by `lectl`.

terraform {
  required_version = ">= 1.7"
}

locals {
  # A pair that is not given is left out: cloud-init then has the server make one of its own.
  host_key = {
    for key in var.host_key == null ? [] : ["ssh_keys"] : key => {
      ed25519_private = var.host_key.private
      ed25519_public  = var.host_key.public
    }
  }

  config = merge(
    {
      hostname            = var.name
      preserve_hostname   = false
      ssh_pwauth          = false
      ssh_deletekeys      = true
      disable_root        = var.user != "root"
      ssh_authorized_keys = var.ssh_public_keys
      package_update      = true
      packages            = sort(concat(["ca-certificates", "nftables", "unattended-upgrades"], var.packages))
    },
    local.host_key,
  )
}
