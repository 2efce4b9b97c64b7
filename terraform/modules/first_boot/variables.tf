variable "name" {
  description = "The server's name."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,61}[a-z0-9]$", var.name))
    error_message = "A name has 3 to 63 lower-case letters, digits and hyphens, and starts with a letter."
  }
}

variable "user" {
  description = "Who signs in: root, or the user the image comes with."
  type        = string
  default     = "root"
}

variable "ssh_public_keys" {
  description = "The operators' public keys, as in authorized_keys."
  type        = list(string)

  validation {
    condition     = length(var.ssh_public_keys) > 0
    error_message = "Without a key nobody could sign in: passwords are switched off."
  }

  validation {
    condition     = alltrue([for key in var.ssh_public_keys : can(regex("^(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)|ssh-rsa|sk-ssh-ed25519@openssh.com) [A-Za-z0-9+/=]+( [^\n]*)?$", key))])
    error_message = "Each key is one line, as 'ssh-ed25519 AAAA… ann@example.com'."
  }
}

variable "host_key" {
  description = "The server's own key pair, made by 'ssh-keygen -t ed25519', and the fingerprint 'ssh-keygen -lf' prints. Null: it makes one of its own, and the first contact has to be confirmed by a person."
  type = object({
    private     = string
    public      = string
    fingerprint = string
  })
  default   = null
  sensitive = true
}

variable "packages" {
  description = "More packages of the distribution to install at the first boot."
  type        = list(string)
  default     = []
}
