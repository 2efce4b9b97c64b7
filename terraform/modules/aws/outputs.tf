output "id" {
  description = "Id of the instance."
  value       = aws_instance.host.id
}

output "ipv4" {
  description = "Its fixed address."
  value       = aws_eip.host.public_ip
}

output "url" {
  description = "The host as lectl takes it."
  value       = "ssh://${var.user}@${aws_eip.host.public_ip}"
}

output "prepare" {
  description = "The command that makes it a host."
  value       = "lectl host prepare ssh://${var.user}@${aws_eip.host.public_ip}${module.first_boot.host_key_option}"
}
