output "id" {
  description = "Id of the server."
  value       = hcloud_server.host.id
}

output "ipv4" {
  description = "Its IPv4 address."
  value       = hcloud_server.host.ipv4_address
}

output "ipv6" {
  description = "Its IPv6 address."
  value       = hcloud_server.host.ipv6_address
}

output "url" {
  description = "The host as lectl takes it."
  value       = "ssh://root@${hcloud_server.host.ipv4_address}"
}

output "prepare" {
  description = "The command that makes it a host."
  value       = "lectl host prepare ssh://root@${hcloud_server.host.ipv4_address}${module.first_boot.host_key_option}"
}
