output "user_data" {
  description = "For the server's user data. It holds the private host key, so it is a secret."
  value       = "#cloud-config\n${yamlencode(local.config)}"
  sensitive   = true
}

output "host_key_option" {
  description = "What lectl is told, so that the first contact is with this very server; empty without a host key."
  value       = nonsensitive(var.host_key == null) ? "" : " --host-key ${nonsensitive(var.host_key.fingerprint)}"
}
